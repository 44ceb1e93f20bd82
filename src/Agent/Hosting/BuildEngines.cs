using Cairn.Agent.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Hosting;

/// <summary>Makes this build's engines. They are needed to check a configuration, before there is an agent.</summary>
internal static class BuildEngines
{
    /// <summary>All engines, with these limits, for the life of the process.</summary>
    public static EngineCatalog With(EngineLimits limits) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        .AddEngines(limits)
        .BuildServiceProvider()
        .GetRequiredService<EngineCatalog>();
}
