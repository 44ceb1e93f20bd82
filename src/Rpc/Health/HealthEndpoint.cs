using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Grpc.HealthCheck;

/// <summary>The mapped health service: runs the application's checks when the whole server is asked for.</summary>
internal sealed class HealthEndpoint(HealthServiceImpl health, HealthCheckService checks) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        await RunChecksAsync(request.Service, context.CancellationToken).ConfigureAwait(false);
        return await health.Check(request, context).ConfigureAwait(false);
    }

    public override async Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        await RunChecksAsync(HealthServiceImpl.WholeServer, context.CancellationToken).ConfigureAwait(false);
        return await health.List(request, context).ConfigureAwait(false);
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await RunChecksAsync(request.Service, context.CancellationToken).ConfigureAwait(false);
        await health.Watch(request, responseStream, context).ConfigureAwait(false);
    }

    private async Task RunChecksAsync(string service, CancellationToken cancellationToken)
    {
        if (service.Length == 0)
        {
            var report = await checks.CheckHealthAsync(cancellationToken).ConfigureAwait(false);
            health.SetFromChecks(HealthPublisher.ToServingStatus(report.Status));
        }
    }
}
