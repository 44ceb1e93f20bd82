using Cairn.Shared.Configuration;

namespace Cairn.Agent.Configuration;

/// <summary>One database instance as the operator wrote it in the agent's configuration.</summary>
public sealed class InstanceOptions
{
    /// <summary>The instance's name, unique on this agent. Required.</summary>
    public string Name { get; set; } = "";

    /// <summary>The engine that knows the database, e.g. <c>opengemini</c>. Default: the one for any database, as directories of files.</summary>
    public string Engine { get; set; } = "";

    /// <summary>Absolute path of the engine's own configuration file. Required by engines that have one.</summary>
    public string Config { get; set; } = "";

    /// <summary>
    /// What only this engine knows: the engine reads and checks it, and its page has the keys. An engine that knows none takes none.
    /// </summary>
    public YamlSection Options { get; set; } = YamlSection.None;

    /// <summary>How this host starts and stops the instance; needed for <c>restore run --stop</c> and <c>--start</c> only.</summary>
    public ServiceOptions Commands { get; set; } = new();
}
