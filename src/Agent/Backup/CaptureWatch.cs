using Cairn.Agent.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Backup;

/// <summary>Looks at the held captures again and again, so that each ends by itself when its time has come.</summary>
internal sealed class CaptureWatch(
    AgentSettings settings, CaptureDesk captures, TimeProvider time, ILogger<CaptureWatch> logger) : BackgroundService
{
    private const int LooksPerSweep = 5;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.CaptureCheck, time);
        for (var looks = 1; await NextAsync(timer, stoppingToken); looks = (looks % LooksPerSweep) + 1)
        {
            try
            {
                await captures.CheckAsync(stoppingToken);
                if (looks == LooksPerSweep)
                {
                    captures.Sweep(stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                CaptureLog.WatchFailed(logger, failure);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
