using System.Globalization;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Google.Protobuf.Collections;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Restores;

/// <summary>What <c>cairn restore plan</c> prints: every check with its finding, where each part will go, and the verdict.</summary>
internal static class RestorePlanView
{
    /// <summary>The whole plan.</summary>
    public static IRenderable Show(RestorePlan plan) => Show(plan, AddChecks);

    /// <summary>The plan as <c>cairn restore run</c> prints it before it acts: of the checks only those that did not pass.</summary>
    public static IRenderable Summarize(RestorePlan plan) => Show(plan, AddFailedChecks);

    private static IRenderable Show(RestorePlan plan, Action<Page, RepeatedField<Check>> addChecks)
    {
        var page = new Page().Detail("cluster", Printable.Line(plan.Cluster));
        if (plan.Point is { } point)
        {
            page.Detail("point", string.Create(
                CultureInfo.InvariantCulture,
                $"{Printable.Line(point.PointId)}, {Words.For(point.Kind)}, created {TimeText.Moment(point.Created)}"));
            if (plan.Objects.Count > 0)
            {
                page.Detail("brings back", $"{Printable.List(plan.Objects)}, into the running cluster");
            }

            page.Detail("consistency", Printable.OrDash(point.Consistency));
            foreach (var caveat in point.Caveats)
            {
                page.Detail("caveat", new Cell(
                    $"{Printable.Line(caveat.Name)}: {Printable.Line(caveat.Text)}", Styles.Attention));
            }
        }

        if (plan.Checks.Count > 0)
        {
            page.Gap().Line("cluster", Styles.Heading);
            addChecks(page, plan.Checks);
        }

        foreach (var node in plan.Nodes)
        {
            AddNode(page, node, plan.Objects.Count > 0, addChecks);
        }

        if (plan.Possible && plan.PlanHash.Length > 0)
        {
            page.Gap().Detail("plan", Printable.Line(plan.PlanHash));
        }

        return page.Gap().Line(Verdict(plan), plan.Possible ? Styles.Good : Styles.Bad).ToView();
    }

    /// <summary>All that stands in the way, the cluster's first.</summary>
    public static IReadOnlyList<ErrorDetail> Obstacles(RestorePlan plan) =>
    [
        .. plan.Checks.Where(check => !check.Passed).Select(check => AsError(check, node: "")),
        .. plan.Nodes.SelectMany(node => ObstaclesOf(node)),
    ];

    private static IEnumerable<ErrorDetail> ObstaclesOf(NodePlan node)
    {
        if (node.Error is { } error)
        {
            yield return error;
        }

        foreach (var check in node.Precheck?.Checks.Where(check => !check.Passed) ?? [])
        {
            yield return AsError(check, node.Node);
        }
    }

    // A check that failed carries its error; the finding alone would still be worth showing.
    private static ErrorDetail AsError(Check check, string node)
    {
        var error = check.Error?.Clone() ?? new ErrorDetail { Message = $"{check.Name}: {check.Finding}" };
        error.Node = error.Node.Length == 0 ? node : error.Node;
        return error;
    }

    private static void AddNode(Page page, NodePlan node, bool isOnline, Action<Page, RepeatedField<Check>> addChecks)
    {
        var source = node.SourceNode.Length == 0 || node.SourceNode == node.Node
            ? ""
            : $", from the part of {Printable.Line(node.SourceNode)}";
        var metadata = !node.MetadataHere ? "" : isOnline ? ", tells the database" : ", gets the cluster's metadata";
        page.Gap().Line($"{Printable.Line(node.Node)}{source}{metadata}", Styles.Heading);
        if (node.Error is { } error)
        {
            page.Indented(2, $"FAILED  {FailureView.Sentence(error)}", Styles.Bad)
                .Indented(10, $"way out: {Printable.OrDash(error.WayOut)}")
                .Indented(10, $"code: {Printable.OrDash(error.Code)}");
        }

        if (node.Precheck is not { } precheck)
        {
            return;
        }

        addChecks(page, precheck.Checks);
        if (precheck.BytesNeeded > 0 && precheck.Checks.All(check => check.Name != "space"))
        {
            page.Indented(2, $"needs {ByteText.Size(precheck.BytesNeeded)}, free {ByteText.Size(precheck.BytesFree)}");
        }

        if (precheck.Plan.Count > 0)
        {
            page.Indented(2, "will do:");
            foreach (var step in precheck.Plan)
            {
                page.Indented(4, Printable.Line(step));
            }
        }
    }

    private static void AddFailedChecks(Page page, RepeatedField<Check> checks)
    {
        var failed = new RepeatedField<Check> { checks.Where(check => !check.Passed) };
        if (failed.Count < checks.Count)
        {
            page.Indented(2, $"ok      {checks.Count - failed.Count} of {checks.Count} checks passed");
        }

        AddChecks(page, failed);
    }

    private static void AddChecks(Page page, RepeatedField<Check> checks)
    {
        var width = checks.Count == 0 ? 0 : checks.Max(check => check.Name.Length);
        foreach (var check in checks)
        {
            var name = Printable.Line(check.Name).PadRight(width);
            var mark = check.Passed ? "ok    " : "FAILED";
            page.Indented(2, $"{mark}  {name}  {Printable.OrDash(check.Finding)}", check.Passed ? null : Styles.Bad);
            foreach (var sentence in check.Evidence)
            {
                page.Indented(10, $"- {Printable.Line(sentence)}");
            }

            if (check is { Passed: false, Error: { } error })
            {
                page.Indented(10, $"way out: {Printable.OrDash(error.WayOut)}")
                    .Indented(10, $"code: {Printable.OrDash(error.Code)}");
            }
        }
    }

    private static string Verdict(RestorePlan plan)
    {
        if (plan.Possible)
        {
            return "The restore is possible. Nothing has been touched.";
        }

        var obstacles = Obstacles(plan).Count;
        return obstacles == 1
            ? "The restore is refused: 1 check did not pass. Nothing has been touched."
            : $"The restore is refused: {obstacles} checks did not pass. Nothing has been touched.";
    }
}
