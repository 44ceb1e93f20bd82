using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Audit;

/// <summary>The newest records for those who ask, in bounded memory. Does not verify; <see cref="AuditVerifier"/> does.</summary>
internal sealed class AuditListing(AuditLog log)
{
    /// <summary>The newest <paramref name="limit"/> records that are wanted, oldest of them first.</summary>
    public IReadOnlyList<AuditEntry> Newest(int limit, Func<AuditRecord, bool> wanted, CancellationToken cancellationToken)
    {
        var found = new List<AuditEntry>();
        foreach (var file in log.Files().Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ofFile = new Queue<AuditEntry>();
            foreach (var record in Records(file.Path).Where(wanted))
            {
                ofFile.Enqueue(ToMessage(record));
                if (ofFile.Count > limit - found.Count)
                {
                    ofFile.Dequeue();
                }
            }

            found.InsertRange(0, ofFile);
            if (found.Count == limit)
            {
                break;
            }
        }

        return found;
    }

    private static IEnumerable<AuditRecord> Records(string path) => File.Exists(path)
        ? AuditLineReader.Read(path).Select(line => AuditLine.ReadRecord(line.Bytes)).OfType<AuditRecord>()
        : [];

    private static AuditEntry ToMessage(AuditRecord record) => new()
    {
        Sequence = record.Sequence,
        At = Timestamp.FromDateTimeOffset(record.At),
        Kind = record.Kind.Word(),
        Who = record.Who,
        Address = record.Address,
        Call = record.Call,
        Subject = record.Subject,
        Outcome = record.Outcome,
        Answers = record.Answers,
    };
}
