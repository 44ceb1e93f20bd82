using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Recovery;

/// <summary>A recovery's plan for people.</summary>
internal static class RecoveryPlanText
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Lines(RestorePlan plan)
    {
        var node = plan.Nodes[0];
        yield return $"cluster:      {plan.Cluster} ({plan.Point.Engine})";
        yield return $"point:        {plan.Point.PointId} of {plan.Point.Created?.ToDateTimeOffset():u}";
        yield return $"consistency:  {plan.Point.Consistency}";
        yield return $"here:         {node.Node} gets the part of {node.SourceNode}{(node.MetadataHere ? " and the cluster's metadata" : "")}";
        foreach (var caveat in plan.Point.Caveats)
        {
            yield return $"caveat:       {caveat.Name}: {caveat.Text}";
        }

        yield return "";
        foreach (var check in plan.Checks.Concat(node.Precheck.Checks))
        {
            yield return $"{(check.Passed ? "ok    " : "FAILED")}  {check.Name,-12}  {check.Finding}";
            foreach (var evidence in check.Evidence)
            {
                yield return $"          - {evidence}";
            }

            if (check is { Passed: false, Error: { } error })
            {
                yield return $"          way out: {error.WayOut}";
                yield return $"          code: {error.Code}";
            }
        }

        yield return "";
        foreach (var step in node.Precheck.Plan)
        {
            yield return $"will do:  {step}";
        }

        yield return node.Precheck.BytesNeeded == 0
            ? "needs no space"
            : $"needs {ByteSize.Format(node.Precheck.BytesNeeded)}, {ByteSize.Format(node.Precheck.BytesFree)} are free";
    }

    /// <summary>The first check that did not pass, as the failure by which the command ends; null when all did.</summary>
    public static CairnException? Refusal(RestorePlan plan)
    {
        var refused = plan.Checks.Concat(plan.Nodes[0].Precheck.Checks).Where(check => !check.Passed).ToList();
        if (refused.Count == 0)
        {
            return null;
        }

        var first = CairnException.FromDetail(refused[0].Error);
        return refused.Count == 1 ? first : new CairnException(
            first.Code,
            $"{refused.Count} checks did not pass; the first: {first.Message}",
            first.WayOut,
            first.Node,
            first.Subject);
    }
}
