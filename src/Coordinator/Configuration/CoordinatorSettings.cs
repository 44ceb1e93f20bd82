using System.Net;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Compatibility;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Configuration;

/// <summary>A configuration without problems.</summary>
/// <param name="Listen">Address and port; port 0 takes a free one.</param>
/// <param name="CatalogPath">Where catalog.db is.</param>
/// <param name="LogFile">A log file, or null.</param>
/// <param name="Reflection">Whether the server tells its contract to generic tools.</param>
/// <param name="Clusters">The clusters that the file declares.</param>
/// <param name="Limits">Deadlines and leases.</param>
internal sealed record CoordinatorSettings(
    IPEndPoint Listen,
    string CatalogPath,
    string? LogFile,
    bool Reflection,
    IReadOnlyList<ClusterDefinition> Clusters,
    CoordinatorLimits Limits)
{
    /// <summary>Plain text on loopback instead of TLS, as asked for with --insecure.</summary>
    public bool Insecure { get; init; }

    /// <summary>The operator's own certificates; null for those of the coordinator's own authority.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>What one peer may take.</summary>
    public PeerLimits Peers { get; init; } = PeerLimits.Standard;

    /// <summary>How much of the audit log is kept.</summary>
    public AuditLimits Audit { get; init; } = AuditLimits.From(new AuditOptions());

    /// <summary>Where requests of existing scripts are answered; null: nowhere.</summary>
    public CompatibilitySettings? Compatibility { get; init; }

    /// <summary>The directory of everything that the coordinator keeps.</summary>
    public string StateDirectory => Path.GetDirectoryName(CatalogPath)!;
}

/// <summary>A cluster by the operator's word.</summary>
internal sealed record ClusterDefinition(string Name, string Engine, IReadOnlyList<string> Nodes)
{
    /// <summary>What becomes of a backup when a node fails.</summary>
    public NodeFailurePolicy OnNodeFailure { get; init; } = NodeFailurePolicy.Abort;
}
