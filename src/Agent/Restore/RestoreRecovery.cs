using Cairn.Agent.Configuration;
using Cairn.Agent.Registration;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Restore;

/// <summary>
/// Goes on with restores that a dead agent left: forward or back when that is known, and by asking the coordinator when it
/// is not. Ends when none is left; restores that begin later are the coordinator's to drive.
/// </summary>
internal sealed class RestoreRecovery(
    AgentSettings settings,
    RestoreJournal restores,
    RestoreDesk desk,
    CoordinatorClient coordinator,
    TaskDesk tasks,
    TimeProvider time,
    ILogger<RestoreRecovery> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private readonly List<string> open = [];

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // What is known is finished before commands come in.
        foreach (var restore in restores.Unfinished())
        {
            if (!await TryAsync(restore.JobId, () => desk.GoOnAsync(restore.JobId, cancellationToken)))
            {
                open.Add(restore.JobId);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        try
        {
            while (open.Count > 0)
            {
                foreach (var jobId in open.ToList())
                {
                    if (await TryAsync(jobId, () => GoOnAsync(jobId, stoppingToken)))
                    {
                        open.Remove(jobId);
                    }
                }

                await Task.Delay(pause, time, stoppingToken);
                pause = pause * 2 < settings.ReconnectMax ? pause * 2 : settings.ReconnectMax;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
    }

    private async Task<bool> GoOnAsync(string jobId, CancellationToken stoppingToken)
    {
        if (await desk.GoOnAsync(jobId, stoppingToken))
        {
            return true;
        }

        if (tasks.IsBusyWith(jobId))
        {
            // Its stage is still being filled; whoever commanded that goes on with it.
            return false;
        }

        var answer = await coordinator.GetDecisionAsync(jobId, stoppingToken);
        switch (answer.Decision)
        {
            case GetDecisionResponse.Types.Decision.Decided:
                return await desk.SettleAsync(jobId, decided: true, stoppingToken);
            case GetDecisionResponse.Types.Decision.Aborted:
                return await desk.SettleAsync(jobId, decided: false, stoppingToken);
            default:
                RestoreLog.InDoubt(logger, jobId, answer.Decision.ToString());
                return false;
        }
    }

    private async Task<bool> TryAsync(string jobId, Func<Task<bool>> goOn)
    {
        try
        {
            return await goOn();
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            RestoreLog.CannotGoOn(logger, jobId, known.Code.WireName(), known.Message);
            return false;
        }
        catch (Exception failure)
        {
            RestoreLog.RecoveryFailed(logger, failure);
            return false;
        }
    }
}
