using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines;

/// <summary>The configured instances, opened anew for every job so that a change of their configuration is seen.</summary>
internal sealed class Instances(AgentSettings settings, EngineCatalog engines)
{
    /// <summary>As configured.</summary>
    public IReadOnlyList<InstanceOptions> Configured => settings.Instances;

    /// <summary>Opens all of them.</summary>
    /// <exception cref="CairnException">The configuration of one cannot be used.</exception>
    public IReadOnlyList<IEngineInstance> OpenAll() => [.. settings.Instances.Select(Open)];

    /// <summary>Opens one.</summary>
    /// <exception cref="CairnException">Its configuration cannot be used.</exception>
    public IEngineInstance Open(InstanceOptions options) => engines.Get(options.Engine).Open(options);

    /// <summary>Opens the one with this name.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.TopologyMismatch"/> when there is none.</exception>
    public IEngineInstance Open(string name) => Open(
        settings.Instances.FirstOrDefault(instance => instance.Name == name) ?? throw new CairnException(
            ErrorCode.TopologyMismatch,
            $"this node has no instance called '{name}'",
            "give the instance the name that it had, in the agent's configuration",
            settings.Node,
            name));
}
