using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Plans;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>A plan for people, and what a job needs of it.</summary>
/// <param name="Seen">The lines of the plan and their hash.</param>
/// <param name="HighestEpoch">The highest epoch that an agent has seen for the cluster.</param>
internal sealed record PlannedRestore(RestorePlan Plan, SeenPlan Seen, RestoreNotes Notes, long HighestEpoch)
{
    /// <summary>Everything that stands in the way, the cluster's before the nodes'.</summary>
    public IReadOnlyList<CairnException> Problems() =>
    [
        .. Plan.Checks.Where(check => !check.Passed).Select(check => Checks.Failure(check, node: "")),
        .. Plan.Nodes.Where(node => node.Error is not null).Select(node => CairnException.FromDetail(node.Error)),
        .. Plan.Nodes
            .Where(node => node.Precheck is not null)
            .SelectMany(node => node.Precheck.Checks
                .Where(check => !check.Passed)
                .Select(check => Checks.Failure(check, node.Node))),
    ];
}
