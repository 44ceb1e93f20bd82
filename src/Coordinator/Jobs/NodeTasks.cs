using System.Globalization;
using System.Runtime.CompilerServices;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Jobs;

/// <summary>
/// Has agents do tasks, and stays with each until it has ended: sends the command until it is accepted, watches it, opens
/// the watch again when it breaks. All commands are safe to repeat (same task id, same answer), so a lost answer is just
/// asked for again.
/// </summary>
internal sealed class NodeTasks(AgentCalls calls, CoordinatorLimits limits, TimeProvider time, ILogger<NodeTasks> logger)
{
    private const int MaxRepeats = 3;

    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(500);

    // How long a watch may be silent before the agent is asked whether it is still there.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Has all <paramref name="nodes"/> do the same at once. The first that fails ends the waiting for the others, and is
    /// thrown; what is left running on them is the business of the abort that follows.
    /// </summary>
    public Task<IReadOnlyDictionary<string, V1.TaskStatus>> OnAllAsync(
        RunningJob job,
        IEnumerable<string> nodes,
        TaskName name,
        TaskTerms terms,
        TaskCall call,
        CancellationToken cancellationToken) => OnAllAsync(job, nodes, _ => name, terms, call, cancellationToken);

    /// <summary>As the other, where the tasks have names of their own.</summary>
    public async Task<IReadOnlyDictionary<string, V1.TaskStatus>> OnAllAsync(
        RunningJob job,
        IEnumerable<string> nodes,
        Func<string, TaskName> nameOn,
        TaskTerms terms,
        TaskCall call,
        CancellationToken cancellationToken)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CairnException? first = null;
        var tasks = nodes.Select(async node =>
        {
            try
            {
                return (Node: node, Status: await OnAsync(job, node, nameOn(node), terms, call, others.Token));
            }
            catch (CairnException failure)
            {
                if (Interlocked.CompareExchange(ref first, failure, null) is not null)
                {
                    job.Note($"{nameOn(node).Phase} failed too: {failure.Message}", node);
                }

                await others.CancelAsync();
                throw;
            }
        }).ToList();

        try
        {
            var ended = await Task.WhenAll(tasks);
            return ended.ToDictionary(done => done.Node, done => done.Status, StringComparer.Ordinal);
        }
        catch (Exception failure) when (
            failure is CairnException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw first ?? failure;
        }
    }

    /// <summary>Has all <paramref name="nodes"/> do the same at once; one that fails does not keep the others from it.</summary>
    public async Task<(IReadOnlyDictionary<string, V1.TaskStatus> Done, IReadOnlyList<CairnException> Failures)> OnEachAsync(
        RunningJob job,
        IEnumerable<string> nodes,
        Func<string, TaskName> nameOn,
        TaskTerms terms,
        TaskCall call,
        CancellationToken cancellationToken)
    {
        var ended = await Task.WhenAll(nodes.Select(
            async Task<(string Node, V1.TaskStatus? Status, CairnException? Failure)> (node) =>
            {
                try
                {
                    return (node, await OnAsync(job, node, nameOn(node), terms, call, cancellationToken), null);
                }
                catch (CairnException failure)
                {
                    return (node, null, failure);
                }
            }));
        return (
            ended.Where(task => task.Status is not null).ToDictionary(task => task.Node, task => task.Status!, StringComparer.Ordinal),
            [.. ended.Select(task => task.Failure).OfType<CairnException>()]);
    }

    /// <summary>Has one node do a task; returns how it ended when it succeeded.</summary>
    /// <exception cref="CairnException">
    /// The task's own failure; <see cref="ErrorCode.AgentUnreachable"/> when the patience, <see cref="ErrorCode.DeadlineExceeded"/>
    /// when the limit is at its end; <see cref="ErrorCode.TaskLost"/> when the agent says that it runs, and nothing of it moves.
    /// </exception>
    public async Task<V1.TaskStatus> OnAsync(
        RunningJob job,
        string node,
        TaskName name,
        TaskTerms terms,
        TaskCall call,
        CancellationToken cancellationToken)
    {
        for (var repeat = 0; ; repeat++)
        {
            var id = TaskIds.Of(job.Id, node, name, repeat);
            var command = new Command(job.Id, job.Cluster, job.Epoch, node, id, name, terms, call, job.Adopted);
            try
            {
                var status = await FollowAsync(job, command, cancellationToken);
                if (status.State == TaskState.Succeeded)
                {
                    return status;
                }

                throw Failure(status, node);
            }
            catch (CairnException failure) when (
                failure.Code == ErrorCode.Interrupted && terms.Repeatable && repeat < MaxRepeats)
            {
                job.Note($"{name.Phase} was interrupted and is done again", node);
            }
            catch (CairnException failure)
            {
                job.ReportFailure(node, failure);
                throw;
            }
        }
    }

    /// <summary>As <see cref="OnAsync"/> for a command outside a running job; the task's failure is thrown.</summary>
    public async Task<V1.TaskStatus> DeliverAsync(Command command, CancellationToken cancellationToken)
    {
        var status = await FollowAsync(command, static _ => { }, static _ => { }, cancellationToken);
        return status.State == TaskState.Succeeded ? status : throw Failure(status, command.Node);
    }

    // A command may be on its way while another job raises the epoch of the lock that both share; under the new one it is the same command.
    private async Task<V1.TaskStatus> FollowAsync(RunningJob job, Command command, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await FollowAsync(
                    command, state => job.Report(state, command.Node), fault => job.Note(fault, command.Node), cancellationToken);
            }
            catch (CairnException failure) when (failure.Code == ErrorCode.StaleEpoch && job.Epoch > command.Epoch)
            {
                command = command with { Epoch = job.Epoch };
            }
        }
    }

    private async Task<V1.TaskStatus> FollowAsync(
        Command command, Action<V1.TaskStatus> report, Action<string> noteFault, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + command.Terms.Limit;
        var pulse = new TaskPulse(time.GetUtcNow());
        var lost = (DateTimeOffset?)null;
        var mayBeKnown = command.Adopted;
        while (true)
        {
            try
            {
                var status = mayBeKnown ? await FindAsync(command, cancellationToken) : null;
                status ??= await SendAsync(command, until, cancellationToken);
                mayBeKnown = true;
                if (lost is { } since)
                {
                    noteFault(string.Create(
                        CultureInfo.InvariantCulture, $"it answers again after {(time.GetUtcNow() - since).TotalSeconds:0.#} s"));
                    lost = null;
                }

                if (IsEnd(status))
                {
                    return status;
                }

                await foreach (var next in WatchAsync(command, until, cancellationToken))
                {
                    if (IsEnd(next))
                    {
                        JobLog.Task(logger, command.Id, next.Kind, command.Job, command.Node, next.State);
                        return next;
                    }
                }
            }
            catch (CairnException failure) when (
                AgentCalls.IsBrokenWire(failure)
                && time.GetUtcNow() < until
                && time.GetUtcNow() - pulse.LastContact < command.Terms.Patience)
            {
                // It may be restarting; what it was told it has written down, and goes on with.
                mayBeKnown = true;
                if (lost is null)
                {
                    lost = time.GetUtcNow();
                    noteFault(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{failure.Message}; it is waited for, at most {command.Terms.Patience.TotalSeconds:0} s"));
                }
            }

            if (time.GetUtcNow() >= until)
            {
                throw new CairnException(
                    ErrorCode.DeadlineExceeded,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{command.Node}: {command.Name.Phase} did not end within {command.Terms.Limit.TotalSeconds:0} s"),
                    "look into the agent's log; a larger limit can be set in the coordinator's configuration",
                    command.Node);
            }

            await Task.Delay(Backoff, time, cancellationToken);
        }

        bool IsEnd(V1.TaskStatus status)
        {
            pulse.Feel(status, time.GetUtcNow());
            report(status);
            if (status.State is TaskState.Succeeded or TaskState.Failed)
            {
                return true;
            }

            return pulse.StillFor(time.GetUtcNow()) < limits.Stall ? false : throw new CairnException(
                ErrorCode.TaskLost,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{command.Node}: the agent says that {command.Name.Phase} runs, but nothing of it has moved for {pulse.StillFor(time.GetUtcNow()).TotalSeconds:0} s"),
                "look on that host for a hanging disk or database and restart its agent; a larger stall-seconds can be set in the coordinator's configuration",
                command.Node);
        }
    }

    // Asking first spares the agent a comparison of the command with the recorded one, whose deadline was another.
    private async Task<V1.TaskStatus?> FindAsync(Command command, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.AskAsync(
                command.Node,
                (agent, options) => agent.GetTaskAsync(new GetTaskRequest { TaskId = command.Id.ToString() }, options),
                cancellationToken);
        }
        catch (CairnException failure) when (failure.Code == ErrorCode.UnknownTask)
        {
            return null;
        }
    }

    private Task<V1.TaskStatus> SendAsync(Command command, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var header = new CommandHeader
        {
            TaskId = command.Id.ToString(),
            JobId = command.Job.ToString(),
            Cluster = command.Cluster,
            Epoch = command.Epoch,
            Deadline = Timestamp.FromDateTimeOffset(until),
            TimeLeftMs = Math.Max(1, (long)(until - time.GetUtcNow()).TotalMilliseconds),
            Node = command.Node,
        };
        return calls.AskAsync(
            command.Node,
            (agent, options) => command.Call(agent, header, options, command.Node),
            cancellationToken);
    }

    // Ends quietly when it is silent for a while: then the agent is asked for the task, which tells whether it still lives.
    private async IAsyncEnumerable<V1.TaskStatus> WatchAsync(
        Command command, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silent = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silent.Token);
        await using var states = calls.ReadAsync(
            command.Node,
            (agent, options) => agent.WatchTask(new WatchTaskRequest { TaskId = command.Id.ToString() }, options),
            until - time.GetUtcNow(),
            either.Token).GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            try
            {
                if (!await states.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (silent.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                yield break;
            }

            yield return states.Current;
            silent.CancelAfter(Silence);
        }
    }

    private static CairnException Failure(V1.TaskStatus status, string node)
    {
        var error = status.Error ?? new ErrorDetail
        {
            Code = ErrorCode.Internal.WireName(),
            Message = $"{node}: {status.Kind} failed without saying why",
            WayOut = "look into the agent's log",
        };
        if (error.Node.Length == 0)
        {
            error = error.Clone();
            error.Node = node;
        }

        return CairnException.FromDetail(error);
    }

    /// <summary>One command to one node.</summary>
    /// <param name="Adopted">True when the agent may know the task already from an earlier process of this coordinator.</param>
    internal sealed record Command(
        JobId Job,
        string Cluster,
        long Epoch,
        string Node,
        TaskId Id,
        TaskName Name,
        TaskTerms Terms,
        TaskCall Call,
        bool Adopted);
}
