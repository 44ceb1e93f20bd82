using Cairn.Shared;
using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Nodes;

/// <summary>An agent speaks an older protocol than this coordinator needs.</summary>
internal sealed class AgentTooOldException(string node, int protocolVersion, string agentVersion) : CairnException(
    ErrorCode.AgentTooOld,
    $"{node}: the agent (version {agentVersion}) speaks protocol {protocolVersion}, "
    + $"this coordinator needs at least {ProtocolVersion.Oldest}",
    "install the coordinator's version of cairn-agent on that host",
    node);
