using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Raft;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>
/// Copies <c>raft.meta</c> of every replicated partition, before any entries are copied anywhere: every commit index taken
/// here is then covered by the entries of a majority of the copies.
/// </summary>
internal static class PositionsStep
{
    private const long MaxMetaBytes = 4 << 20;

    /// <summary>Runs the step; it is the first, and begins the capture anew.</summary>
    public static async Task<StepResult> RunAsync(
        OpenGeminiConfiguration configuration, CaptureStepRequest request, string version, CancellationToken cancellationToken)
    {
        var notes = new CaptureNotes { Cold = request.Cold, Exact = request.Exact, Version = version, Objects = request.Objects };
        if (configuration.WalRoot is null)
        {
            _ = notes.Keep(request.Workspace);
            return new StepResult(0, 0, new Evidence { Cold = request.Cold, Exact = request.Exact, Positions = [] });
        }

        var live = LiveRoots.Resolve(configuration, RootNames.Wal);
        var capture = new CapturedDirectory(request.Workspace.For(RootNames.Wal));
        capture.Clear();
        var positions = new List<PositionEvidence>();
        var taken = new List<PartitionPath>();
        long bytes = 0;
        foreach (var partition in PartitionPath.Below(live).Where(partition => request.Objects.Count == 0 || request.Objects.Contains(partition.Database)))
        {
            capture.EnsureDirectory(partition.Directory);
            var relative = $"{partition.Directory}/{RaftLog.MetaName}";
            var copied = await FileCopy.CopyAsync(
                $"{live}/{relative}", capture.At(relative), untilEnd: true, MaxMetaBytes, cancellationToken);
            if (copied is null)
            {
                // Dropped, or not yet complete: the step logs finds it without its raft.meta and says so.
                continue;
            }

            taken.Add(partition);
            bytes += copied.Value;
            positions.Add(Read(partition, capture.At(relative)));
        }

        (notes with { Positions = taken }).Keep(request.Workspace);
        var count = positions.Count.ToString(CultureInfo.InvariantCulture);
        return new StepResult(taken.Count, bytes, new Evidence { Cold = request.Cold, Exact = request.Exact, Positions = positions })
        {
            Notes = positions.Count == 0 ? [] : [$"raft positions of {count} replicated partitions"],
        };
    }

    /// <summary>What a copied <c>raft.meta</c> says.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.EngineAnswer"/>: it cannot be read.</exception>
    public static PositionEvidence Read(PartitionPath partition, string path)
    {
        try
        {
            var meta = RaftMetaFile.Read(path);
            return new PositionEvidence(
                partition.Database, partition.Partition, meta.RaftId, meta.Term, meta.Commit, meta.SnapshotIndex, meta.Voters);
        }
        catch (InvalidDataException unknown)
        {
            throw new CairnException(
                ErrorCode.EngineAnswer,
                $"raft.meta of partition {partition.Partition} of '{partition.Database}' cannot be read: {unknown.Message}",
                "the version may write it differently; without it the copies cannot be compared, so no backup is made",
                subject: path,
                cause: unknown);
        }
    }
}
