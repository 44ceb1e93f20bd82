using System.Collections.Concurrent;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Owed;

/// <summary>
/// Brings agents what ended jobs still owe them, as soon as they are heard from again. A running job delivers its own.
/// </summary>
internal sealed class OwedService(
    CoordinatorCatalog catalog,
    OwedDelivery delivery,
    JobBoard board,
    NodeDirectory nodes,
    CoordinatorLimits limits,
    TimeProvider time,
    ILogger<OwedService> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<long, DateTimeOffset> notBefore = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(limits.Owed, time);
        try
        {
            do
            {
                await DeliverDueAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is still owed is in the catalog.
        }
    }

    private async Task DeliverDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = catalog.Owed.All()
            .Where(owed => !board.IsLive(owed.JobId) && IsOnline(owed.Node, now))
            .GroupBy(owed => owed.Node, StringComparer.Ordinal);
        await Task.WhenAll(due.Select(node => DeliverToAsync([.. node], cancellationToken)));
    }

    // In order, and no further than the first that fails: a swap must not come before its decision.
    private async Task DeliverToAsync(IReadOnlyList<OwedRecord> commands, CancellationToken cancellationToken)
    {
        foreach (var owed in commands)
        {
            if (notBefore.TryGetValue(owed.Id, out var earliest) && time.GetUtcNow() < earliest)
            {
                return;
            }

            try
            {
                await delivery.DeliverAsync(owed, cancellationToken);
                notBefore.TryRemove(owed.Id, out _);
                OwedLog.Delivered(logger, owed.Command, owed.JobId, owed.Node);
            }
            catch (CairnException failure)
            {
                OwedLog.Failed(logger, owed.Command, owed.JobId, owed.Node, owed.Attempt, failure.Message);
                notBefore[owed.Id] = time.GetUtcNow() + Pause(owed.Attempt);
                return;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                OwedLog.Defect(logger, failure, owed.Command, owed.JobId, owed.Node);
                notBefore[owed.Id] = time.GetUtcNow() + LongestPause;
                return;
            }
        }
    }

    private bool IsOnline(string node, DateTimeOffset now) =>
        nodes.Find(node)?.State(now, limits.SilentAfter) == "online";

    private static TimeSpan Pause(int attempt)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(attempt, 10)));
        return pause < LongestPause ? pause : LongestPause;
    }
}
