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
    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromHours(1);

    private DateTimeOffset forgetAt = DateTimeOffset.MinValue;

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

            if (time.GetUtcNow() >= forgetAt)
            {
                forgetAt = time.GetUtcNow() + ForgetPeriod;
                tokens.Forget();
            }
        }
        catch (CairnException failure)
        {
            // The former identity stays; the next look may find the files mended.
            IdentityLog.CannotRenew(logger, failure, failure.Code.WireName());
        }
        catch (Exception failure)
        {
            // The catalog's file system, or a defect: it must not end the coordinator.
            IdentityLog.CannotRenew(logger, failure, ErrorCode.Internal.WireName());
        }
    }
}
