using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Nodes;

/// <summary>An agent did not answer, or there is none.</summary>
internal sealed class AgentUnreachableException : CairnException
{
    /// <summary>It did not answer a call.</summary>
    public AgentUnreachableException(string node, string address, string what, string lastHeard, Exception cause)
        : base(
            ErrorCode.AgentUnreachable,
            $"{node}: the agent at {address} {what}; {lastHeard}",
            "see that cairn-agent runs on that host and that its log shows no error",
            node,
            address,
            cause)
    {
    }

    /// <summary>No agent of that name has ever registered.</summary>
    public AgentUnreachableException(string node)
        : base(
            ErrorCode.AgentUnreachable,
            $"{node}: no agent of that name has ever registered",
            "start cairn-agent on that host with this node name and this coordinator's address",
            node)
    {
    }
}
