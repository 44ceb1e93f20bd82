using System.CommandLine;
using Cairn.Agent.Engines.Files;
using Cairn.Agent.Engines.OpenGauss;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.Agent.Engines.OpenGemini.Tools;
using Cairn.Agent.Importing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Engines;

/// <summary>The engines that this build has: one line for each.</summary>
internal static class EngineRegistration
{
    /// <summary>Commands with the names and flags of the databases' own tools; <paramref name="restore"/> does what they ask.</summary>
    public static IReadOnlyList<Command> Tools(Func<ForeignRecoveryRequest, TextWriter, CancellationToken, Task> restore) => [TsRecoverCommand.Create(restore)];

    /// <summary>Registers every engine and the <see cref="EngineCatalog"/> of them. <see cref="TimeProvider"/> must be registered.</summary>
    public static IServiceCollection AddEngines(this IServiceCollection services, EngineLimits limits)
    {
        services.AddSingleton(limits);

        // The first is that of instances that name none.
        services.AddSingleton<IEngine, FilesEngine>();
        services.AddSingleton<IEngine, OpenGeminiEngine>();
        services.AddSingleton<IEngine, OpenGaussEngine>();
        services.AddSingleton<EngineCatalog>();
        return services;
    }
}
