using System.Net;

namespace Cairn.Coordinator.Configuration;

/// <summary>A configuration without problems.</summary>
/// <param name="Listen">Loopback address and port; port 0 takes a free one.</param>
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
    CoordinatorLimits Limits);

/// <summary>A cluster by the operator's word.</summary>
internal sealed record ClusterDefinition(string Name, string Engine, IReadOnlyList<string> Nodes);
