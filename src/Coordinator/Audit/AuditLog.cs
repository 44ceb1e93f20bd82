using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// The append-only log of what was asked and refused. A record is synced, and its hash anchored in the catalog, before
/// <see cref="Append"/> returns. Owns its directory; may be used from any thread.
/// </summary>
internal sealed class AuditLog : IDisposable
{
    private readonly Lock gate = new();
    private readonly string directory;
    private readonly AuditAnchorTable anchors;
    private readonly AuditLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger<AuditLog> logger;
    private AuditAnchor anchor;
    private SafeFileHandle? file;
    private long length;

    /// <summary>Opens the log, and notes what somebody did to it while no coordinator ran.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.AuditUnavailable"/>; <see cref="ErrorCode.KeyExposed"/> when others may look into the directory.
    /// </exception>
    public AuditLog(
        string directory, AuditAnchorTable anchors, AuditLimits limits, TimeProvider time, ILogger<AuditLog> logger)
    {
        this.directory = directory;
        this.anchors = anchors;
        this.time = time;
        this.logger = logger;
        this.limits = limits;
        anchor = anchors.Read();
        SecretFiles.EnsureDirectory(directory);
        Guarded(() => Begin(AuditStart.Find(directory, anchor)));
    }

    /// <summary>The directory of its files.</summary>
    public string Location => directory;

    /// <summary>What the catalog knows of the log right now.</summary>
    public AuditAnchor Anchor
    {
        get
        {
            lock (gate)
            {
                return anchor;
            }
        }
    }

    /// <summary>The files that are kept, oldest first.</summary>
    public IReadOnlyList<AuditFile> Files()
    {
        var first = Anchor.FirstSequence;
        return [.. AuditFile.All(directory).Where(kept => kept.FirstSequence >= first)];
    }

    /// <summary>Adds a record, durably, and returns its sequence. Texts of any length and content may be given.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AuditUnavailable"/>: nothing was added.</exception>
    public long Append(
        AuditKind kind, string who, string? address, string call, string subject, string outcome, long answers = 0)
    {
        lock (gate)
        {
            return Guarded(() => AppendLocked(new AuditRecord(
                anchor.HeadSequence + 1,
                time.GetUtcNow(),
                kind,
                AuditText.Shorten(who),
                AuditText.Shorten(address ?? ""),
                AuditText.Shorten(call),
                AuditText.Shorten(subject),
                AuditText.Shorten(outcome),
                answers)));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
            file = null;
        }
    }

    private void Begin(AuditStart start)
    {
        foreach (var leftover in AuditFile.All(directory).Where(old => old.FirstSequence < anchor.FirstSequence))
        {
            File.Delete(leftover.Path);
        }

        anchor = start.Anchor;
        if (start.File is { } current)
        {
            file = Open(current.Path);
            length = start.Length;
            RandomAccess.SetLength(file, length);
            RandomAccess.FlushToDisk(file);
        }

        if (start.Finding is { } finding)
        {
            // Sequences of records that somebody added are not given twice.
            var highest = AuditFile.All(directory).Select(known => known.FirstSequence).DefaultIfEmpty(0).Max();
            anchor = anchor with { HeadSequence = Math.Max(anchor.HeadSequence, highest) };
            AuditNotes.Touched(logger, finding);
            file?.Dispose();
            file = null;
            Append(AuditKind.Gap, "", null, "", finding, "");
        }

        Append(AuditKind.Opened, "", null, "", "", "ok");
    }

    private long AppendLocked(AuditRecord record)
    {
        var (line, hash) = AuditLine.Format(record, anchor.HeadHash.Span);
        if (file is null || length + line.Length > limits.FileBytes)
        {
            Rotate(record.Sequence);
        }

        try
        {
            if (RandomAccess.GetLength(file!) != length)
            {
                RandomAccess.SetLength(file!, length);
            }

            RandomAccess.Write(file!, line, length);
            RandomAccess.FlushToDisk(file!);
            var next = anchor with { HeadSequence = record.Sequence, HeadHash = hash };
            anchors.Put(next);
            anchor = next;
            length += line.Length;
            return record.Sequence;
        }
        catch
        {
            // As if it had never been begun; if even that fails, the next record begins by it.
            RandomAccess.SetLength(file!, length);
            throw;
        }
    }

    private void Rotate(long sequence)
    {
        var next = AuditFile.In(directory, sequence);
        SecretFiles.Publish(next.Path, "");
        file?.Dispose();
        file = Open(next.Path);
        length = 0;
        var kept = Files();
        for (var oldest = 0; kept.Count - oldest > limits.Files; oldest++)
        {
            // First the anchor moves, so that the file that goes is not missed.
            var last = AuditLineReader.Read(kept[oldest].Path).LastOrDefault(line => line.IsWhole).Bytes;
            anchor = anchor with
            {
                FirstSequence = kept[oldest + 1].FirstSequence,
                FirstPrevious = (last is null ? null : AuditLine.ReadHash(last)) ?? new byte[AuditLine.HashBytes],
            };
            anchors.Put(anchor);
            File.Delete(kept[oldest].Path);
        }
    }

    private static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);

    private void Guarded(Action action) => Guarded(() =>
    {
        action();
        return 0L;
    });

    private long Guarded(Func<long> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ObjectDisposedException
            or Microsoft.Data.Sqlite.SqliteException or CairnException { Code: ErrorCode.InputOutput })
        {
            throw new CairnException(
                ErrorCode.AuditUnavailable,
                $"the audit log in '{directory}' cannot be written: {failure.Message}",
                "see to the disk and the rights of that directory; what changes nothing still works",
                subject: directory,
                cause: failure);
        }
    }
}
