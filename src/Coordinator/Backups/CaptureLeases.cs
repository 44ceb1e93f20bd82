using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Keeps a job's captures alive on all nodes, from the first step until it is disposed. If this process dies instead, the
/// leases end and the agents let go by themselves; a copy that runs by then keeps its own.
/// </summary>
internal sealed class CaptureLeases : IAsyncDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly Task loop;

    private CaptureLeases(CancellationTokenSource stop, Task loop) => (this.stop, this.loop) = (stop, loop);

    /// <summary>Begins to renew.</summary>
    public static CaptureLeases Keep(
        RunningJob job,
        IReadOnlyList<string> nodes,
        AgentCalls calls,
        CoordinatorLimits limits,
        TimeProvider time,
        ILogger logger)
    {
        var stop = new CancellationTokenSource();
        return new CaptureLeases(stop, RenewAsync(job, nodes, calls, limits, time, logger, stop.Token));
    }

    /// <summary>Stops renewing, and waits until no renewal is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private static async Task RenewAsync(
        RunningJob job,
        IReadOnlyList<string> nodes,
        AgentCalls calls,
        CoordinatorLimits limits,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(limits.CaptureLease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await Task.WhenAll(nodes.Select(
                    node => RenewOnAsync(job, node, calls, limits, time, logger, cancellationToken)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Not needed any more.
        }
    }

    private static async Task RenewOnAsync(
        RunningJob job,
        string node,
        AgentCalls calls,
        CoordinatorLimits limits,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        try
        {
            await ProlongAsync(job, node, limits.CaptureLease, calls, limits, time, cancellationToken);
        }
        catch (CairnException failure)
        {
            // The next renewal may reach it; a lease that ends meanwhile fails the copy with its own error.
            BackupLog.RenewalFailed(logger, job.Id, node, failure.Message);
        }
    }

    /// <summary>Gives one node's capture a new term.</summary>
    public static Task<RenewCaptureResponse> ProlongAsync(
        RunningJob job,
        string node,
        TimeSpan lease,
        AgentCalls calls,
        CoordinatorLimits limits,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var request = new RenewCaptureRequest
        {
            Header = new CommandHeader
            {
                TaskId = TaskId.New(time).ToString(),
                JobId = job.Id.ToString(),
                Cluster = job.Cluster,
                Epoch = job.Epoch,
                Deadline = Timestamp.FromDateTimeOffset(time.GetUtcNow() + limits.Call),
            },
            LeaseMs = (long)lease.TotalMilliseconds,
        };
        return calls.AskAsync(node, (agent, options) => agent.RenewCaptureAsync(request, options), cancellationToken);
    }
}
