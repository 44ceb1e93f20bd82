using Cairn.Agent.Engines.Files;
using Cairn.Agent.Engines.OpenGauss;
using Cairn.Agent.Engines.OpenGemini;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Engines;

/// <summary>The engines that this build has: one line for each.</summary>
internal static class EngineRegistration
{
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
