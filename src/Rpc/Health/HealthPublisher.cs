using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Grpc.HealthCheck;

/// <summary>Tells watchers what the application's checks say, each time they run in the background.</summary>
internal sealed class HealthPublisher(HealthServiceImpl health) : IHealthCheckPublisher
{
    public static HealthCheckResponse.Types.ServingStatus ToServingStatus(HealthStatus status) =>
        status == HealthStatus.Unhealthy
            ? HealthCheckResponse.Types.ServingStatus.NotServing
            : HealthCheckResponse.Types.ServingStatus.Serving;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        health.SetFromChecks(ToServingStatus(report.Status));
        return Task.CompletedTask;
    }
}
