using Microsoft.Extensions.Hosting;

namespace Grpc.HealthCheck;

/// <summary>Ends the watches when the application begins to stop, so that they do not hold it up.</summary>
internal sealed class HealthShutdown(HealthServiceImpl health, IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private CancellationTokenRegistration registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        registration = lifetime.ApplicationStopping.Register(health.ShutDown);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registration.Dispose();
}
