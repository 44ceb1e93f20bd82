using System.Globalization;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// What a coordinator finds of the log at its start, held against the catalog's anchor. A record counts when it is in the
/// file and anchored; the file is written first. So a crash leaves at most a torn line, or one whole record more than the
/// anchor knows. Anything else was done by somebody else.
/// </summary>
/// <param name="Anchor">The anchor as it is right now.</param>
/// <param name="File">The file to go on with; null when a new one must be begun.</param>
/// <param name="Length">Its length up to the last good record; what stands behind it is a torn line.</param>
/// <param name="Finding">What is wrong with the log; null when nothing is.</param>
internal sealed record AuditStart(AuditAnchor Anchor, AuditFile? File, long Length, string? Finding)
{
    /// <summary>Looks at the newest file; earlier ones are the business of <see cref="AuditVerifier"/>.</summary>
    public static AuditStart Find(string directory, AuditAnchor anchor)
    {
        var files = AuditFile.All(directory).Where(file => file.FirstSequence >= anchor.FirstSequence).ToList();
        if (files.Count == 0)
        {
            return new AuditStart(anchor, null, 0, anchor.HeadSequence == 0 ? null : "all files of the log are gone");
        }

        // A crash right after a new file was made leaves it empty, and the head in the one before.
        var newest = files[^1];
        if (new FileInfo(newest.Path).Length == 0 && newest.FirstSequence == anchor.HeadSequence + 1)
        {
            return new AuditStart(anchor, newest, 0, EndOfBefore(files, anchor));
        }

        AuditLineReader.Line? head = null;
        var behind = new List<AuditLineReader.Line>();
        foreach (var line in AuditLineReader.Read(newest.Path))
        {
            if (IsHead(line, anchor))
            {
                head = line;
                behind.Clear();
            }
            else if (head is not null && behind.Count < 2)
            {
                behind.Add(line);
            }
        }

        if (head is null)
        {
            return FirstOfNew(newest, anchor) is { } first
                ? first with { Finding = EndOfBefore(files, anchor) }
                : Broken(anchor, string.Create(
                    CultureInfo.InvariantCulture,
                    $"record {anchor.HeadSequence}, the last that the catalog knows, is not in the newest file of the log"));
        }

        var length = head.Value.Offset + head.Value.Bytes.Length + 1;
        return behind switch
        {
            [] or [{ IsWhole: false }] => new AuditStart(anchor, newest, length, null),
            [var only] when OneMore(anchor, newest, only) is { } ahead => ahead,
            _ => Broken(anchor, string.Create(
                CultureInfo.InvariantCulture,
                $"behind record {anchor.HeadSequence}, the last that the catalog knows, stands something else")),
        };
    }

    // The crash came between the first record of a new file and its anchor.
    private static AuditStart? FirstOfNew(AuditFile newest, AuditAnchor anchor)
    {
        var lines = AuditLineReader.Read(newest.Path).Take(2).ToList();
        return newest.FirstSequence == anchor.HeadSequence + 1 && lines.Count == 1
            ? lines[0].IsWhole ? OneMore(anchor, newest, lines[0]) : new AuditStart(anchor, newest, 0, null)
            : null;
    }

    private static AuditStart? OneMore(AuditAnchor anchor, AuditFile file, AuditLineReader.Line line) =>
        AuditLine.Parse(line.Bytes, anchor.HeadHash.Span) is { } parsed && parsed.Record.Sequence == anchor.HeadSequence + 1
            ? new AuditStart(
                anchor with { HeadSequence = parsed.Record.Sequence, HeadHash = parsed.Hash },
                file,
                line.Offset + line.Bytes.Length + 1,
                null)
            : null;

    private static string? EndOfBefore(List<AuditFile> files, AuditAnchor anchor) =>
        anchor.HeadSequence == 0
        || (files.Count > 1 && IsHead(AuditLineReader.Read(files[^2].Path).LastOrDefault(), anchor))
            ? null
            : "the file before the newest does not end with the last record that the catalog knows";

    private static bool IsHead(AuditLineReader.Line line, AuditAnchor anchor) =>
        line is { IsWhole: true, Bytes: not null }
        && anchor.HeadSequence > 0
        && AuditLine.ReadHash(line.Bytes) is { } hash
        && hash.AsSpan().SequenceEqual(anchor.HeadHash.Span)
        && AuditLine.ReadRecord(line.Bytes)?.Sequence == anchor.HeadSequence;

    private static AuditStart Broken(AuditAnchor anchor, string finding) => new(anchor, null, 0, finding);
}
