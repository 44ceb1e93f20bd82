using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// Puts into the audit log that a plan, which changes nothing and is not audited, would have led an agent to a path that it may not touch. A job that is
/// refused so ends in the log by itself.
/// </summary>
internal sealed class AuditedPaths(AuditedRefusals refusals, ILogger<AuditedPaths> logger)
{
    private static readonly string[] Codes = [ErrorCode.OutsideRoots.WireName(), ErrorCode.PathUnusable.WireName()];

    /// <summary>Writes down each path that was refused. A log that cannot be written is said and keeps nobody from looking.</summary>
    public async ValueTask TellAsync(Caller caller, string method, RestorePlan plan, CancellationToken cancellationToken)
    {
        foreach (var node in plan.Nodes)
        {
            var refused = (node.Precheck?.Checks ?? []).Where(check => Codes.Contains(check.Error?.Code, StringComparer.Ordinal));
            foreach (var check in refused.DistinctBy(check => check.Finding, StringComparer.Ordinal))
            {
                var detail = check.Error.Clone();
                detail.Message = $"cluster={plan.Cluster} point_id={plan.Point.PointId} node={node.Node}: {check.Finding}";
                try
                {
                    await refusals.RefusedAsync(caller, method, CairnException.FromDetail(detail), cancellationToken);
                }
                catch (CairnException failure)
                {
                    AuditNotes.NotAnswered(logger, method, AuditedCalls.Who(caller), failure.Message);
                }
            }
        }
    }
}
