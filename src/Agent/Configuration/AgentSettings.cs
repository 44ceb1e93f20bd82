using System.Net;
using Cairn.Agent.Engines;
using Cairn.Repository;
using Cairn.Shared.Security;

namespace Cairn.Agent.Configuration;

/// <summary>The checked configuration; nothing else of the agent reads the options.</summary>
internal sealed record AgentSettings
{
    public required string Node { get; init; }

    public required IPEndPoint Listen { get; init; }

    public required Uri Coordinator { get; init; }

    /// <summary>Plain text on loopback instead of TLS, as asked for with --insecure.</summary>
    public bool Insecure { get; init; }

    /// <summary>Where the coordinator reaches this agent, <c>host:port</c>; null: where it listens.</summary>
    public string? Advertise { get; init; }

    /// <summary>The file of a join token; null for none.</summary>
    public string? JoinTokenFile { get; init; }

    /// <summary>The operator's own certificates; null for those of the coordinator's authority.</summary>
    public TlsOptions? Tls { get; init; }

    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(10);

    public required string StateDirectory { get; init; }

    public required string RepositoryPath { get; init; }

    /// <summary>Other nodes' repositories that restores may take parts from.</summary>
    public IReadOnlyList<string> RestoreFrom { get; init; } = [];

    /// <summary>True where nothing may be written to it; never for an agent.</summary>
    public bool RepositoryReadOnly { get; init; }

    /// <summary>Where the repository's key is; null for a repository that is not encrypted.</summary>
    public KeySource? RepositoryKey { get; init; }

    public required IReadOnlyList<string> Roots { get; init; }

    public required Compression Compression { get; init; }

    public required long MaxPackBytes { get; init; }

    /// <summary>The most that a copy reads in a second; null for no limit.</summary>
    public long? MaxReadBytesPerSecond { get; init; }

    public string? LogFile { get; init; }

    /// <summary>Whether the server tells its contract to generic tools.</summary>
    public bool Reflection { get; init; }

    public required IReadOnlyList<InstanceOptions> Instances { get; init; }

    /// <summary>The engines, made with the limits that this file sets.</summary>
    public required EngineCatalog Engines { get; init; }

    public required long FreeFloorBytes { get; init; }

    public required TimeSpan CaptureCheck { get; init; }

    public required TimeSpan ReconnectMax { get; init; }

    /// <summary>What one peer may take.</summary>
    public PeerLimits Peers { get; init; } = PeerLimits.Standard;
}
