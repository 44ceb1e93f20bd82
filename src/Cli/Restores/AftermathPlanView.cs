using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Restores;

/// <summary>What <c>cairn restore undo|discard --dry-run</c> prints, and both before they ask.</summary>
internal static class AftermathPlanView
{
    /// <summary>The plan.</summary>
    public static IRenderable Show(AftermathPlan plan)
    {
        var page = new Page()
            .Detail("cluster", Printable.Line(plan.Cluster))
            .Detail("restore", Printable.Line(plan.RestoreJobId))
            .Detail("point", Printable.OrDash(plan.PointId))
            .Detail("plan", Printable.Line(plan.PlanHash));
        foreach (var step in plan.Steps)
        {
            page.Line(Printable.Line(step));
        }

        return page.ToView();
    }
}
