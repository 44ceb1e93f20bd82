namespace Cairn.TestKit.Processes;

/// <summary>What one agent of a <see cref="CairnSystem"/> looks after.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Engine">The engine's name.</param>
/// <param name="EngineConfig">The engine's configuration file; empty for an engine that has none.</param>
/// <param name="Roots">The directories that the agent may touch.</param>
public sealed record AgentSetup(string Node, string Engine, string EngineConfig, IReadOnlyList<string> Roots)
{
    /// <summary>Lines for the agent's <c>limits:</c> section, <c>key: value</c>.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>Further lines of the instance, such as <c>options: {roots: {data: /srv/data}}</c>.</summary>
    public IReadOnlyList<string> InstanceLines { get; init; } = [];

    /// <summary>The repository's directory; null for one of the system's own.</summary>
    public string? Repository { get; init; }

    /// <summary>Lines for the agent's <c>encryption:</c> section, <c>key: value</c>; empty for a repository that is not encrypted.</summary>
    public IReadOnlyList<string> Encryption { get; init; } = [];

    /// <summary>A command and its arguments that the agent is started by, e.g. in namespaces of its own; empty for none.</summary>
    public IReadOnlyList<string> StartedBy { get; init; } = [];

    /// <summary>Where it listens.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary><c>none</c>, <c>fastest</c>, …</summary>
    public string Compression { get; init; } = "fastest";

    /// <summary>Largest pack.</summary>
    public string MaxPackSize { get; init; } = "1GiB";
}
