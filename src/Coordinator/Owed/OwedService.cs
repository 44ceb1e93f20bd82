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

    private readonly ConcurrentDictionary<long, Waiting> waiting = new();

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
            .Where(owed => owed.NotBefore <= now && !board.IsLive(owed.JobId) && IsOnline(owed.Node, now))
            .GroupBy(owed => owed.Node, StringComparer.Ordinal);
        await Task.WhenAll(due.Select(node => DeliverToAsync([.. node], cancellationToken)));
    }

    // In order, and no further than the first that fails: a swap must not come before its decision.
    private async Task DeliverToAsync(IReadOnlyList<OwedRecord> commands, CancellationToken cancellationToken)
    {
        foreach (var owed in commands)
        {
            var before = waiting.GetValueOrDefault(owed.Id, Waiting.None);
            if (time.GetUtcNow() < before.Until && !IsBack(owed.Node, before))
            {
                return;
            }

            var began = time.GetUtcNow();

            try
            {
                await delivery.DeliverAsync(owed, cancellationToken);
                waiting.TryRemove(owed.Id, out _);
                OwedLog.Delivered(logger, owed.Command, owed.JobId, owed.Node);
            }
            catch (CairnException failure)
            {
                OwedLog.Failed(logger, owed.Command, owed.JobId, owed.Node, owed.Attempt, failure.Message);
                waiting[owed.Id] = new Waiting(
                    began, time.GetUtcNow() + Pause(before.Failures), before.Failures + 1, AgentCalls.IsBrokenWire(failure));
                return;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                OwedLog.Defect(logger, failure, owed.Command, owed.JobId, owed.Node);
                waiting[owed.Id] = new Waiting(began, time.GetUtcNow() + LongestPause, before.Failures + 1, WasAway: false);
                return;
            }
        }
    }

    private bool IsOnline(string node, DateTimeOffset now) =>
        nodes.Find(node)?.State(now, limits.SilentAfter) == "online";

    // A pause is for a node that is there and fails. One that was away is back with its next sign of life, and one that was
    // started again may well do what its former self could not.
    private bool IsBack(string node, Waiting before) => nodes.Find(node) is { } known
        && (known.Registration.RegisteredAt >= before.Began || (before.WasAway && known.LastHeard >= before.Began));

    private static TimeSpan Pause(int failures)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures, 10)));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <param name="Began">When the last try began.</param>
    /// <param name="WasAway">True when the node could not be reached.</param>
    private sealed record Waiting(DateTimeOffset Began, DateTimeOffset Until, int Failures, bool WasAway)
    {
        public static readonly Waiting None = new(DateTimeOffset.MinValue, DateTimeOffset.MinValue, Failures: 0, WasAway: false);
    }
}
