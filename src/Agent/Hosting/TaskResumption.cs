using Cairn.Agent.Tasks;
using Microsoft.Extensions.Hosting;

namespace Cairn.Agent.Hosting;

/// <summary>Goes on with the tasks that a dead agent left, and stops the running ones when this one stops.</summary>
internal sealed class TaskResumption(TaskDesk tasks) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        tasks.Resume();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await tasks.DisposeAsync().AsTask().WaitAsync(cancellationToken);
}
