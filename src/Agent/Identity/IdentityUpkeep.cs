using Cairn.Agent.Configuration;
using Cairn.Agent.Registration;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.V1;
using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Identity;

/// <summary>
/// Keeps the agent's identity fresh: takes up what <c>enrol</c>, <c>adopt</c> or an operator has put there, and has the
/// certificate renewed when two thirds of its life are over. The old one stays good until its end, so both overlap.
/// </summary>
internal sealed class IdentityUpkeep(
    AgentSettings settings,
    IdentityStore identities,
    CoordinatorClient coordinator,
    TimeProvider time,
    ILogger<IdentityUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private DateTimeOffset notAgainBefore;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The files are as good as they were.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (identities.Reload())
            {
                IdentityLog.Changed(logger, identities.Current.Naming.Coordinator.Name, NotAfter);
            }

            if (settings.Tls is null && time.GetUtcNow() is var now && now >= identities.Current.RenewAt && now >= notAgainBefore)
            {
                await RenewAsync(cancellationToken);

                // By a clock that is far ahead of the coordinator's also the new one's time to be renewed has come.
                notAgainBefore = now + ((NotAfter - now) / 3);
                IdentityLog.Renewed(logger, NotAfter);
            }
        }
        catch (CairnException failure)
        {
            // A third of the life is left for the next attempts.
            IdentityLog.CannotRenew(logger, failure.Code.WireName(), failure.Message, NotAfter);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            IdentityLog.Defect(logger, failure, NotAfter);
        }
    }

    private DateTimeOffset NotAfter => identities.Current.Certificate!.NotAfter.ToUniversalTime();

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        using var request = new KeyRequest(settings.Node);
        var answer = await coordinator.RenewAsync(
            new RenewCertificateRequest
            {
                Node = settings.Node,
                SigningRequest = ByteString.CopyFrom(request.SigningRequest),
            },
            cancellationToken);
        var bundle = request.BundleWith(answer.Certificates);
        RequireBetter(LocalIdentity.OfBundle(bundle));
        SecretFiles.Publish(IdentityFiles.Bundle(settings), bundle);
        identities.Reload();
    }

    // A renewal must not bind the agent to anybody else: that takes its owner, on this host.
    private void RequireBetter(LocalIdentity renewed)
    {
        var (named, refusal) = new PeerCertificate(renewed.Certificate!, [])
            .Judge(identities.Current, TrustedAuthority.ClientUse, time.GetUtcNow());
        if (refusal is not null)
        {
            throw refusal.ToFailure();
        }

        if (named != new PeerIdentity(CallerKind.Node, settings.Node)
            || renewed.Naming.Coordinator != identities.Current.Naming.Coordinator)
        {
            throw new CairnException(
                ErrorCode.CertificateUnfit,
                $"{settings.Node}: the coordinator answered the renewal with a certificate for {named} of {renewed.Naming.Coordinator}",
                "bring coordinator and agent to the same version",
                settings.Node);
        }
    }
}
