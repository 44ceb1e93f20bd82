using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Proofs;
using Cairn.Agent.Roots;
using Cairn.Agent.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Restore;

/// <summary>
/// What plans, stages, swaps, undoes and discards a restore, the same for an agent and for a recovery without a coordinator.
/// Settings, engines, journal, time and hook are the caller's to register.
/// </summary>
internal static class RestoreRegistration
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddRestores(this IServiceCollection services)
    {
        services.AddSingleton<Instances>();
        services.AddSingleton(provider =>
        {
            var settings = provider.GetRequiredService<AgentSettings>();
            return new AllowedRoots(settings.Node, settings.Roots);
        });
        services.AddSingleton<NodeRepository>();
        services.AddSingleton<StoppedProof>();
        services.AddSingleton(ProcessTable.Machine);
        services.AddSingleton<ServiceDesk>();
        services.AddSingleton<RestoreInProgress>();
        services.AddSingleton<RestoreJournal>();
        services.AddSingleton<ObjectRestore>();
        services.AddSingleton<ObjectAdoption>();
        services.AddSingleton<RestorePlanner>();
        services.AddSingleton<RestoreStage>();
        services.AddSingleton<RestoreDesk>();
        return services;
    }
}
