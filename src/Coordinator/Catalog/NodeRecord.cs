using Cairn.V1;

namespace Cairn.Coordinator.Catalog;

/// <summary>An agent as it last registered.</summary>
internal sealed record NodeRecord(
    string Name,
    string Address,
    string AgentVersion,
    int ProtocolVersion,
    NodeDescription Description,
    DateTimeOffset RegisteredAt);
