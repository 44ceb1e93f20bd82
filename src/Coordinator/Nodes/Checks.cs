using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Nodes;

/// <summary>Checks that did not pass, as failures.</summary>
internal static class Checks
{
    /// <summary>The failure of a check that did not pass; one that says nothing of its own says what was found.</summary>
    public static CairnException Failure(Check check, string node)
    {
        var detail = check.Error?.Clone() ?? new ErrorDetail
        {
            Code = ErrorCode.Internal.WireName(),
            Message = $"{node}: {check.Name}: {check.Finding}",
            WayOut = "look into the agent's log",
        };
        if (detail.Node.Length == 0)
        {
            detail.Node = node;
        }

        return CairnException.FromDetail(detail);
    }
}
