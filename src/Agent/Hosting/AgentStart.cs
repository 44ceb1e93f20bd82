using Cairn.Agent.Backup;
using Cairn.Agent.Journal;
using Microsoft.Extensions.Hosting;

namespace Cairn.Agent.Hosting;

/// <summary>The first thing at every start: old records go, and the captures that a dead agent left are taken up.</summary>
internal sealed class AgentStart(AgentJournal journal, CaptureDesk captures, TimeProvider time) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        journal.Prune(time.GetUtcNow());
        await captures.TakeUpAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
