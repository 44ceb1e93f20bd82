using System.Globalization;
using Cairn.V1;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// Reads the whole log and holds it against itself and against the catalog's anchor: every line must follow the one before,
/// the first must be the one that the catalog knows as the first, and its last must be there. May run while records are added.
/// </summary>
internal static class AuditVerifier
{
    private const int MaxDamage = 50;

    /// <summary>The verdict over all that was in the log in <paramref name="directory"/> when <paramref name="anchor"/> was read.</summary>
    public static AuditVerdict Verify(string directory, AuditAnchor anchor, CancellationToken cancellationToken)
    {
        var files = AuditFile.All(directory).Where(file => file.FirstSequence >= anchor.FirstSequence).ToList();
        var verdict = new AuditVerdict
        {
            FirstSequence = anchor.FirstSequence,
            LastSequence = anchor.HeadSequence,
            Files = files.Count,
            Head = Convert.ToHexStringLower(anchor.HeadHash.Span),
        };
        var walk = new Walk(anchor, verdict);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                walk.Read(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                walk.Add($"{Path.GetFileName(file.Path)} cannot be read: {failure.Message}");
            }
        }

        walk.End();
        verdict.Sound = verdict.Damage.Count == 0;
        return verdict;
    }

    private sealed class Walk(AuditAnchor anchor, AuditVerdict verdict)
    {
        private byte[] previous = anchor.FirstPrevious.ToArray();
        private long expected = anchor.FirstSequence;
        private bool headSeen = anchor.HeadSequence == 0;

        public void Read(AuditFile file)
        {
            var name = Path.GetFileName(file.Path);
            foreach (var line in AuditLineReader.Read(file.Path))
            {
                if (headSeen && expected > anchor.HeadSequence)
                {
                    // Added since the walk began.
                    return;
                }

                ReadLine(name, line);
            }
        }

        public void End()
        {
            if (!headSeen)
            {
                Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"record {anchor.HeadSequence}, the last that the catalog knows, is missing or changed: the log was shortened or written anew"));
            }
        }

        public void Add(string damage)
        {
            if (verdict.Damage.Count < MaxDamage)
            {
                verdict.Damage.Add(damage);
            }
        }

        private void AddGap(string name, AuditLineReader.Line line, AuditRecord? record)
        {
            if (record is { Kind: AuditKind.Gap })
            {
                Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} at byte {line.Offset}: at a start the log was not as it had been left: {record.Subject}"));
            }
        }

        private void ReadLine(string name, AuditLineReader.Line line)
        {
            var parsed = line.IsWhole ? AuditLine.Parse(line.Bytes, previous) : null;
            if (parsed is null)
            {
                Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} at byte {line.Offset}: the line does not follow the one before record {expected}: it was changed, or lines are missing before it"));

                // What follows can still vouch for itself.
                var read = AuditLine.ReadRecord(line.Bytes);
                AddGap(name, line, read);
                previous = AuditLine.ReadHash(line.Bytes) ?? previous;
                expected = (read?.Sequence ?? expected) + 1;
                return;
            }

            var (record, hash) = parsed.Value;
            if (record.Sequence != expected)
            {
                Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} at byte {line.Offset}: record {record.Sequence} stands where {expected} belongs"));
            }

            AddGap(name, line, record);
            previous = hash;
            expected = record.Sequence + 1;
            headSeen |= record.Sequence == anchor.HeadSequence && hash.AsSpan().SequenceEqual(anchor.HeadHash.Span);
        }
    }
}
