using Cairn.Agent.Backup;
using Cairn.Agent.Journal;
using Cairn.Agent.Tasks;
using Cairn.Coordinator.Catalog;
using Cairn.Simulation.Parts;
using Cairn.V1;

namespace Cairn.Simulation.Schedules;

/// <summary>What must be true of a world when its troubles are over.</summary>
internal sealed class Invariants(World world, Console console)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private readonly Dictionary<string, long> epochs = new(StringComparer.Ordinal);

    /// <summary>Waits until nothing is between two states any more: no job runs, nothing is owed, no agent works or is in doubt.</summary>
    /// <exception cref="InvariantException">Something stays there.</exception>
    public async Task SettledAsync()
    {
        var until = world.Time.Elapsed + Longest;
        while (await UnsettledAsync() is { } what)
        {
            if (world.Time.Elapsed > until)
            {
                throw new InvariantException($"two hours after the last trouble: {what}");
            }

            await console.PauseAsync();
        }
    }

    /// <summary>Checks all that is not about one job alone.</summary>
    /// <exception cref="InvariantException">It is not so.</exception>
    public async Task HoldAsync()
    {
        foreach (var agent in world.Agents)
        {
            var captures = Path.Combine(world.FileOf(agent.Name), "db", ".cairn", "capture");
            Require(
                !Directory.Exists(captures) || !Directory.EnumerateFileSystemEntries(captures).Any(),
                $"a capture is left below {captures}");
            var epoch = agent.Get<AgentJournal>().Epochs.All.GetValueOrDefault(World.Cluster);
            Require(epoch >= epochs.GetValueOrDefault(agent.Name), $"{agent.Name}: the epoch went from {epochs.GetValueOrDefault(agent.Name)} to {epoch}");
            epochs[agent.Name] = epoch;
            var repository = await agent.Get<NodeRepository>().OpenAsync(CancellationToken.None);
            var uncommitted = await repository.ListUncommittedAsync(CancellationToken.None);
            Require(uncommitted.Count == 0, $"{agent.Name}: the repository holds what no job works on: {string.Join(", ", uncommitted.Select(point => point.Begun.Point))}");
        }

        await VerdictsAreRightAsync();
    }

    /// <summary>The points that exist.</summary>
    public async Task<IReadOnlyList<PointSummary>> PointsAsync()
    {
        var listed = await console.AskAsync((client, options) => client.ListBackupsAsync(new ListBackupsRequest { Cluster = World.Cluster }, options));
        Require(listed.Damaged.Count == 0, $"damaged: {listed.Damaged}");
        Require(listed.Unreachable.Count == 0, $"unreachable: {listed.Unreachable}");
        return listed.Points;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException(otherwise);
        }
    }

    private async Task VerdictsAreRightAsync()
    {
        var points = await PointsAsync();
        var jobs = await console.JobsAsync();
        var deleted = jobs.Where(job => job is { Kind: "delete", State: JobState.Succeeded }).Select(job => job.PointId).ToHashSet(StringComparer.Ordinal);
        foreach (var job in jobs.Where(job => job.Kind == "backup"))
        {
            var exists = points.Any(point => point.PointId == job.PointId);
            Require(
                exists == (job.State is JobState.Succeeded or JobState.Partial && !deleted.Contains(job.PointId)),
                $"backup {job.JobId} says {job.State} ({job.Error?.Message}), but its point {job.PointId} {(exists ? "exists" : "does not exist")}");
        }

        foreach (var (point, node) in deleted.SelectMany(point => world.Nodes.Select(node => (point, node))))
        {
            Require(
                File.Exists(world.FileOf(node, "repository", "tombstones", $"{point}.tombstone"))
                && !Directory.EnumerateFiles(world.FileOf(node, "repository", "chains"), $"{point}.*", SearchOption.AllDirectories).Any(),
                $"point {point} is deleted, and {node} does not know that or holds something of it");
        }

        foreach (var point in points)
        {
            Require(point.Partial || point.Nodes.Count == world.Nodes.Count, $"point {point.PointId} lacks a node and does not say so");
            Require(jobs.Any(job => job.PointId == point.PointId), $"point {point.PointId} is nobody's");
            var found = await console.AskAsync((client, options) => client.GetBackupAsync(new GetBackupRequest { Cluster = World.Cluster, Point = point.PointId }, options));
            Require(
                found.HeldBy.Order(StringComparer.Ordinal).SequenceEqual(found.Summary.Nodes.Select(node => node.Node).Order(StringComparer.Ordinal)),
                $"point {point.PointId} is held by {string.Join(", ", found.HeldBy)} only");
        }
    }

    private async Task<string?> UnsettledAsync()
    {
        if (world.Agents.OfType<Part>().Prepend(world.CoordinatorPart).FirstOrDefault(part => !part.IsUp) is { } down)
        {
            return $"{down.Name} is down";
        }

        var running = (await console.JobsAsync()).FirstOrDefault(job => job.Ended is null);
        if (running is not null)
        {
            return $"a job runs: {running.Kind} {running.JobId} in phase {running.Phase}";
        }

        var catalog = world.CoordinatorPart.Get<CoordinatorCatalog>();
        return catalog.Owed.All() is [var owed, ..]
            ? $"{owed.Command} of job {owed.JobId} is owed to {owed.Node}"
            : catalog.Clusters.Get(World.Cluster).LockedBy is { } holder
                ? $"the cluster is locked by {holder}"
                : world.Agents.Select(Unsettled).FirstOrDefault(what => what is not null);
    }

    private static string? Unsettled(AgentPart agent)
    {
        var journal = agent.Get<AgentJournal>();
        return agent.Get<TaskDesk>().RunningCount > 0
            ? $"{agent.Name} works"
            : journal.Captures.All().FirstOrDefault(capture => !capture.Removed) is { } capture
                ? $"{agent.Name} holds the capture of job {capture.JobId} (ended: {capture.Ended}, {capture.EndReason})"
                : journal.Restores.All().FirstOrDefault(restore => restore.State is not (
                    RestoreState.Swapped or RestoreState.Undone or RestoreState.Discarded)) is { } restore
                    ? $"{agent.Name} has restore {restore.JobId} {restore.State}"
                    : null;
    }
}
