using Cairn.Agent.Backup;
using Microsoft.Extensions.Hosting;

namespace Cairn.Agent.Hosting;

/// <summary>The first thing at every start: the captures that a dead agent left are taken up.</summary>
internal sealed class AgentStart(CaptureDesk captures) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => captures.TakeUpAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
