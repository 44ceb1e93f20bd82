using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Raft;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>
/// Copies Raft entries and <c>*.wal</c>, always by copy: both are written in place. A <c>*.wal</c> that vanishes was flushed,
/// so its points are in a TSSP file that the step data takes. Empty directories are kept.
/// </summary>
internal static class LogsStep
{
    private const long MaxFileBytes = 64L << 30;
    private const long MaxEntryFileBytes = 256 << 20;
    private const int EntryAttempts = 5;

    /// <summary>Runs the step.</summary>
    public static async Task<StepResult> RunAsync(
        OpenGeminiConfiguration configuration,
        CaptureStepRequest request,
        Action<long, long> progress,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var notes = CaptureNotes.Read(request.Workspace);
        if (configuration.WalRoot is null)
        {
            (notes with { LogsEnded = time.GetUtcNow() }).Keep(request.Workspace);
            return new StepResult(0, 0, new Evidence { Cold = request.Cold, Exact = request.Exact, Logs = [] });
        }

        var live = LiveRoots.Resolve(configuration, RootNames.Wal);
        var capture = new CapturedDirectory(request.Workspace.For(RootNames.Wal));
        var run = new Run(live, capture, notes.Positions, progress, cancellationToken);
        foreach (var item in DatabaseDirectories.Below(live, request.Objects))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await run.TakeAsync(item);
        }

        capture.SetDirectoryAttributes(live);
        var logs = notes.Positions.Select(p => Read(p, capture.Path)).OfType<LogEvidence>().ToList();
        (notes with
        {
            LogsEnded = time.GetUtcNow(),
            WalShards = [.. run.Shards],
            Taken = [.. notes.Taken.Append(RootNames.Wal).Distinct()],
            Databases = DatabaseDirectories.Names(notes.Databases, live, request.Objects),
        }).Keep(request.Workspace);
        return new StepResult(run.Files, run.Bytes, new Evidence { Cold = request.Cold, Exact = request.Exact, Logs = logs })
        {
            Caveats = request.Objects.Count > 0 && run.Bytes > 0 ? [Caveats.Of(Caveats.LogsOfAdopted, $"{run.Bytes} bytes of logs")] : [],
            Notes = run.Vanished == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{run.Vanished} write-ahead logs were flushed while they were copied")],
        };
    }

    /// <summary>What the copied entries of a partition below <paramref name="root"/> say; null when they are gone.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/>: they cannot be read.</exception>
    public static LogEvidence? Read(PartitionPath partition, string root)
    {
        if (!Directory.Exists($"{root}/{partition.Directory}"))
        {
            return null;
        }

        try
        {
            var log = RaftLog.Read($"{root}/{partition.Directory}");
            return new LogEvidence(partition.Database, partition.Partition, log.First, log.Last, log.LastTerm);
        }
        catch (InvalidDataException unknown)
        {
            throw new CairnException(
                ErrorCode.EngineAnswer,
                $"the raft entries of partition {partition.Partition} of '{partition.Database}' cannot be read: {unknown.Message}",
                "the version may write them differently; without them the copies cannot be compared, so no backup is made",
                cause: unknown);
        }
    }

    private sealed class Run(
        string live,
        CapturedDirectory capture,
        IReadOnlyList<PartitionPath> positions,
        Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        private readonly HashSet<string> raftDirectories = [.. positions.Select(p => p.Directory)];

        public long Files { get; private set; }

        public long Bytes { get; private set; }

        public long Vanished { get; private set; }

        public HashSet<string> Shards { get; } = new(StringComparer.Ordinal);

        public async Task TakeAsync(TreeItem item)
        {
            var parent = CapturedDirectory.ParentOf(item.Path);
            switch (item.Status.Kind)
            {
                case FileKind.Directory:
                    capture.EnsureDirectory(item.Path);
                    AddShard(item.Path);
                    break;
                case FileKind.Regular when PartitionPath.OfDirectory(parent) is not null:
                    await TakeRaftFileAsync(item, parent);
                    break;
                case FileKind.Regular:
                    Count(await FileCopy.CopyAsync(
                        $"{live}/{item.Path}", capture.At(item.Path), untilEnd: false, MaxFileBytes, cancellationToken));
                    break;
                default:
                    throw new CairnException(
                        ErrorCode.PathUnusable,
                        $"'{live}/{item.Path}' is neither a file nor a directory, and what lies behind it would not be in the backup",
                        "put a plain directory or file there",
                        subject: $"{live}/{item.Path}");
            }
        }

        // <db>/<pt>/<rp>/<shard>: to notice shards that vanish before their data are taken.
        private void AddShard(string path)
        {
            if (path.Split('/') is [_, _, var policy, _] && policy != RaftLog.DirectoryName)
            {
                Shards.Add(path);
            }
        }

        private async Task TakeRaftFileAsync(TreeItem item, string parent)
        {
            if (item.Name == RaftLog.MetaName)
            {
                // Taken by the step before, or the partition is new and the check of the cut repeats the capture.
                return;
            }

            var (source, target) = ($"{live}/{item.Path}", capture.At(item.Path));
            if (!item.Name.EndsWith(RaftLog.EntrySuffix, StringComparison.Ordinal) || !raftDirectories.Contains(parent))
            {
                Count(await FileCopy.CopyAsync(source, target, untilEnd: false, MaxFileBytes, cancellationToken));
                return;
            }

            // Slots come first in the file and are written after their data, so a copy to the end has the data of each of its
            // slots. A new leader may rewrite slots in between; then those that were copied are no longer the beginning.
            for (var attempt = 1; ; attempt++)
            {
                var copied = await FileCopy.CopyAsync(source, target, untilEnd: true, MaxEntryFileBytes, cancellationToken);
                if (copied is null || EntrySlots.StillBegin(target, source))
                {
                    Count(copied);
                    return;
                }

                if (attempt == EntryAttempts)
                {
                    throw new CairnException(
                        ErrorCode.CaptureUnstable,
                        $"'{source}' was rewritten {EntryAttempts} times while it was copied",
                        "run the backup when the replica group keeps its leader",
                        subject: source);
                }
            }
        }

        private void Count(long? copied)
        {
            (Files, Bytes, Vanished) = copied is { } bytes ? (Files + 1, Bytes + bytes, Vanished) : (Files, Bytes, Vanished + 1);
            progress(Files, Bytes);
        }
    }
}
