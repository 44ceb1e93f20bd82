using System.Globalization;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Coordinator.Owed;

/// <summary>
/// Delivers the commands that a decided job owes to its nodes: by the job itself while it runs, later by
/// <see cref="OwedService"/>. A command is owed from the transaction that decided it until its agent has done it.
/// </summary>
internal sealed class OwedDelivery(
    CoordinatorCatalog catalog, NodeTasks tasks, CoordinatorLimits limits, TimeProvider time)
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Delivers what <paramref name="job"/> owes to all its nodes at once, each node's commands in their order. A command
    /// that fails is repeated until <paramref name="limit"/> is over, an unreachable node given up after
    /// <paramref name="patience"/>. Returns what stays owed, and why; that is delivered later.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, CairnException>> SettleAsync(
        RunningJob job, TimeSpan limit, TimeSpan patience, CancellationToken cancellationToken)
    {
        var left = await Task.WhenAll(catalog.Owed.Of(job.Id)
            .GroupBy(owed => owed.Node, StringComparer.Ordinal)
            .Select(async node => (
                Node: node.Key, Failure: await SettleNodeAsync(job, node, limit, patience, cancellationToken))));
        return left
            .Where(node => node.Failure is not null)
            .ToDictionary(node => node.Node, node => node.Failure!, StringComparer.Ordinal);
    }

    /// <summary>Delivers what all of a cluster's ended jobs owe and is due; what fails stays owed, and comes later.</summary>
    public async Task ClearAsync(string cluster, JobId except, CancellationToken cancellationToken)
    {
        var due = catalog.Owed.All()
            .Where(owed => owed.Cluster == cluster && owed.JobId != except && owed.NotBefore <= time.GetUtcNow())
            .GroupBy(owed => owed.Node, StringComparer.Ordinal);
        await Task.WhenAll(due.Select(async node =>
        {
            foreach (var owed in node)
            {
                try
                {
                    await DeliverAsync(owed, cancellationToken);
                }
                catch (CairnException)
                {
                    // It has counted the attempt; the service goes on with it and says so.
                    return;
                }
            }
        }));
    }

    /// <summary>
    /// Delivers one command of a job that does not run any more; throws at once when the node is away or fails it.
    /// </summary>
    public async Task DeliverAsync(OwedRecord owed, CancellationToken cancellationToken)
    {
        var command = CommandOf(owed, limits.Command, patience: TimeSpan.Zero, adopted: true);
        await DoneAsync(owed, command, cancellationToken);
    }

    private async Task<CairnException?> SettleNodeAsync(
        RunningJob job,
        IEnumerable<OwedRecord> commands,
        TimeSpan limit,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + limit;
        foreach (var first in commands)
        {
            var owed = first;
            var said = "";
            while (true)
            {
                try
                {
                    var command = CommandOf(owed, limits.Command, patience, job.Adopted);
                    var status = await DoneAsync(owed, command, cancellationToken);
                    job.Report(status, owed.Node);
                    Remark(job, owed, status);
                    break;
                }
                catch (CairnException failure)
                {
                    if (failure.Message != said)
                    {
                        job.Note($"{Word(owed.Command)}: {failure.Message}", owed.Node);
                        said = failure.Message;
                    }

                    if (AgentCalls.IsBrokenWire(failure) || time.GetUtcNow() + Backoff >= until)
                    {
                        job.ReportFailure(owed.Node, failure);
                        return failure;
                    }

                    owed = owed with { Attempt = owed.Attempt + 1 };
                }

                await Task.Delay(Backoff, time, cancellationToken);
            }
        }

        return null;
    }

    private async Task<V1.TaskStatus> DoneAsync(
        OwedRecord owed, NodeTasks.Command command, CancellationToken cancellationToken)
    {
        V1.TaskStatus status;
        try
        {
            status = await tasks.DeliverAsync(command, cancellationToken);
        }
        catch (CairnException failure) when (!AgentCalls.IsBrokenWire(failure))
        {
            // The agent has recorded this attempt as failed and would only repeat that; the next one is a new task.
            catalog.Owed.Failed(owed.Id, failure.Message);
            throw;
        }

        if (owed.Command == OwedCommand.Commit)
        {
            // One node that holds the record makes the point exist.
            var record = CommitRequest.Parser.ParseFrom(owed.Request).Record;
            catalog.Points.Put(record);
            catalog.Jobs.PointExists(
                owed.JobId, record.Summary.Partial ? JobState.Partial : JobState.Succeeded, owed.Node, time.GetUtcNow());
        }

        catalog.Owed.Remove(owed.Id);
        return status;
    }

    // The epoch is the cluster's newest, not the job's: a later job may have raised what the agent accepts, and what is
    // owed is still this coordinator's will.
    private NodeTasks.Command CommandOf(OwedRecord owed, TimeSpan limit, TimeSpan patience, bool adopted)
    {
        var name = new TaskName(Word(owed.Command), Attempt: owed.Attempt);
        return new NodeTasks.Command(
            owed.JobId,
            owed.Cluster,
            catalog.Clusters.Get(owed.Cluster).Epoch,
            owed.Node,
            TaskIds.Of(owed.JobId, owed.Node, name, repeat: 0),
            name,
            new TaskTerms(limit, patience, Repeatable: false),
            (agent, header, options, _) => Send(owed, agent, header, options),
            adopted);
    }

    private static AsyncUnaryCall<V1.TaskStatus> Send(
        OwedRecord owed, Agent.AgentClient agent, CommandHeader header, CallOptions options)
    {
        switch (owed.Command)
        {
            case OwedCommand.Commit:
                var commit = CommitRequest.Parser.ParseFrom(owed.Request);
                commit.Header = header;
                return agent.CommitAsync(commit, options);
            case OwedCommand.Abort:
                var abort = AbortRequest.Parser.ParseFrom(owed.Request);
                abort.Header = header;
                return agent.AbortAsync(abort, options);
            case OwedCommand.Discard:
                var discard = DiscardRequest.Parser.ParseFrom(owed.Request);
                discard.Header = header;
                return agent.DiscardAsync(discard, options);
            case OwedCommand.Delete:
                var deletion = DeleteRequest.Parser.ParseFrom(owed.Request);
                deletion.Header = header;
                return agent.DeleteAsync(deletion, options);
            case OwedCommand.Decide:
                return agent.DecideAsync(new DecideRequest { Header = header }, options);
            case OwedCommand.Swap:
                return agent.SwapAsync(new SwapRequest { Header = header }, options);
            default:
                throw new InvalidOperationException($"the catalog owes a command {owed.Command} that this version does not know");
        }
    }

    private static void Remark(RunningJob job, OwedRecord owed, V1.TaskStatus status)
    {
        if (owed.Command == OwedCommand.Delete && status.Delete is { } deleted)
        {
            job.Note(
                deleted.Held
                    ? string.Create(CultureInfo.InvariantCulture, $"{deleted.BytesFreed} bytes are free again")
                    : "it had nothing of the point; the tombstone is there",
                owed.Node);
        }

        if (owed.Command == OwedCommand.Swap && status.Swap is { } swap)
        {
            foreach (var root in swap.Old)
            {
                job.Note($"the old {root.Name} is at {root.Path}", owed.Node);
            }

            foreach (var note in swap.Notes)
            {
                job.Note(note, owed.Node);
            }
        }
    }

    private static string Word(OwedCommand command) => command switch
    {
        OwedCommand.Commit => "commit",
        OwedCommand.Abort => "abort",
        OwedCommand.Discard => "discard",
        OwedCommand.Decide => "decide",
        OwedCommand.Swap => "swap",
        OwedCommand.Delete => "delete",
        _ => throw new InvalidOperationException($"the catalog owes a command {command} that this version does not know"),
    };
}
