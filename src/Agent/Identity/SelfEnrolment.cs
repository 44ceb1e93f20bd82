using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Polly;
using Polly.Retry;

namespace Cairn.Agent.Identity;

/// <summary>
/// At the start of an agent that has no good certificate and was given a join token: enrols, and waits for a coordinator
/// that is not there yet.
/// </summary>
internal static class SelfEnrolment
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when the agent has a certificate, or cannot have one this way.</summary>
    /// <exception cref="CairnException">The token or this agent was refused.</exception>
    public static async Task EnsureAsync(
        AgentSettings settings, TimeProvider time, TextWriter notes, CancellationToken cancellationToken)
    {
        if (settings.Tls is not null
            || settings.JoinTokenFile is not { } file
            || AgentIdentity.Find(settings)?.Certificate!.NotAfter.ToUniversalTime() > time.GetUtcNow())
        {
            return;
        }

        var token = SecretFiles.Read(file) ?? throw new CairnException(
            ErrorCode.NotEnrolled,
            $"{settings.Node}: this agent has no certificate, and there is no join token in '{file}'",
            $"'cairn node token {settings.Node} --out FILE' makes one",
            settings.Node,
            file);
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                // The same key asks again, so that is safe; what the coordinator refuses, it would refuse again.
                ShouldHandle = new PredicateBuilder().Handle<CairnException>(
                    failure => failure.Code == ErrorCode.CoordinatorUnreachable),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstPause,
                MaxDelay = settings.ReconnectMax,
                UseJitter = true,
                OnRetry = async retry => await notes.WriteLineAsync(
                    $"cairn-agent: not enrolled yet: {retry.Outcome.Exception!.Message}; trying again"),
            })
            .Build();
        await pipeline.ExecuteAsync(
            async attempt => await new Enrolment(settings, time).EnrolAsync(token, adopting: false, attempt), cancellationToken);
    }
}
