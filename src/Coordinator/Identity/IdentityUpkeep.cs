using Cairn.Shared.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Identity;

/// <summary>
/// Keeps the coordinator's certificate fresh: renews its own before it ends, and reads an operator's files again when they
/// have changed. Old connections go on; new ones use what is newest.
/// </summary>
internal sealed class IdentityUpkeep(
    CoordinatorIdentity identity, JoinTokens tokens, TimeProvider time, ILogger<IdentityUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                Look();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The files are as good as they were.
        }
    }

    private void Look()
    {
        try
        {
            if (identity.Store.Reload())
            {
                IdentityLog.Renewed(logger, identity.Store.Current.Certificate!.NotAfter.ToUniversalTime());
            }

            tokens.Forget();
        }
        catch (CairnException failure)
        {
            // The former identity stays; the next look may find the files mended.
            IdentityLog.CannotRenew(logger, failure, failure.Code.WireName());
        }
    }
}
