using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Tasks;
using Cairn.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Hosting;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Cairn.Agent.Describe;

/// <summary>
/// Keeps the health service up to date: the agent serves while it lives; <c>engine/INSTANCE</c> serves while that database
/// runs, and is unknown while that cannot be told.
/// </summary>
internal sealed class InstanceHealth(
    AgentSettings settings, Instances instances, HealthServiceImpl health, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything listens, so that nobody is told that there is no such service.
        health.SetStatus("", ServingStatus.Serving);
        health.SetStatus(Cairn.V1.Agent.Descriptor.FullName, ServingStatus.Serving);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                foreach (var options in settings.Instances)
                {
                    health.SetStatus($"engine/{options.Name}", await LookAsync(options, stoppingToken));
                }

                await Task.Delay(Period, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The health service itself tells watchers that the server stops.
        }
    }

    private async Task<ServingStatus> LookAsync(InstanceOptions options, CancellationToken stoppingToken)
    {
        try
        {
            var description = await instances.Open(options).DescribeAsync(askDatabase: false, stoppingToken);
            return description.RunState switch
            {
                RunState.Running => ServingStatus.Serving,
                RunState.Stopped => ServingStatus.NotServing,
                _ => ServingStatus.Unknown,
            };
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is not null)
        {
            // Describe tells the reason to whoever asks; here it only means that it cannot be told.
            return ServingStatus.Unknown;
        }
    }
}
