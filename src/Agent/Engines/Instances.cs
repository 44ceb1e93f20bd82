using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>The configured instances, opened anew for every job so that a change of their configuration is seen.</summary>
internal sealed class Instances(AgentSettings settings, EngineCatalog engines)
{
    /// <summary>As configured.</summary>
    public IReadOnlyList<InstanceOptions> Configured => settings.Instances;

    /// <summary>Those of <paramref name="engine"/>; all when it is empty.</summary>
    public IReadOnlyList<InstanceOptions> Of(string engine) =>
        [.. settings.Instances.Where(instance => engine.Length == 0 || instance.Engine == engine)];

    /// <summary>Checks what a backup was given beside what every engine takes.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public EngineParameters ForBackup(InstanceOptions options, IReadOnlyCollection<EngineParameter> given) =>
        EngineParameters.Check(options.Engine, given, engines.Get(options.Engine).BackupParameters);

    /// <summary>As <see cref="ForBackup"/>, for a restore.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public EngineParameters ForRestore(InstanceOptions options, IReadOnlyCollection<EngineParameter> given) =>
        EngineParameters.Check(options.Engine, given, engines.Get(options.Engine).RestoreParameters);

    /// <summary>Opens one.</summary>
    /// <exception cref="CairnException">Its configuration cannot be used.</exception>
    public IEngineInstance Open(InstanceOptions options) => engines.Get(options.Engine).Open(options);

    /// <summary>Opens the one with this name.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.TopologyMismatch"/> when there is none.</exception>
    public IEngineInstance Open(string name) => Open(Get(name));

    /// <summary>The options of the one with this name.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.TopologyMismatch"/> when there is none.</exception>
    public InstanceOptions Get(string name) =>
        settings.Instances.FirstOrDefault(instance => instance.Name == name) ?? throw new CairnException(
            ErrorCode.TopologyMismatch,
            $"this node has no instance called '{name}'",
            "give the instance the name that it had, in the agent's configuration",
            settings.Node,
            name);
}
