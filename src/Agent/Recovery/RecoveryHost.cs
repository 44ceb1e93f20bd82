using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Agent.Restore;
using Cairn.Repository;
using Cairn.Shared.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Recovery;

/// <summary>Puts together what a recovery needs of an agent: everything but the network.</summary>
internal static class RecoveryHost
{
    /// <summary>The services; disposing them gives the node's lock back.</summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">The node's agent, or another recovery, works on the node; the journal is damaged.</exception>
    public static async Task<ServiceProvider> BuildAsync(
        AgentSettings settings, TimeProvider time, IStepHook hook, CancellationToken cancellationToken)
    {
        // The node's lock first: it says who holds it.
        var journal = AgentJournal.Open(settings.Node, settings.StateDirectory, "cairn-agent recover");
        try
        {
            var isReadOnly = await IsReadOnlyAsync(settings, cancellationToken);
            var services = new ServiceCollection()
                .AddLogging(logging => logging.AddCairnLogging(settings.LogFile, LogLevel.Warning))
                .AddSingleton(settings with { RepositoryReadOnly = isReadOnly })
                .AddSingleton(settings.Engines)
                .AddSingleton(time)
                .AddSingleton(hook)
                .AddSingleton(_ => journal)
                .AddRestores()
                .AddSingleton<OfflineRestore>()
                .BuildServiceProvider();

            // From here the container disposes it.
            services.GetRequiredService<AgentJournal>();
            return services;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    // Opened for writing where that can be: then an agent that writes to it, whatever its state directory, keeps us away.
    private static async Task<bool> IsReadOnlyAsync(AgentSettings settings, CancellationToken cancellationToken)
    {
        using var key = settings.RepositoryKey?.Read();
        try
        {
            await using var opened = await LocalRepository.OpenOrCreateAsync(
                settings.RepositoryPath, new RepositoryOptions { Key = key }, cancellationToken);
            return false;
        }
        catch (RepositoryException failure) when (failure.Code is RepositoryErrorCode.Io or RepositoryErrorCode.ReadOnly)
        {
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
