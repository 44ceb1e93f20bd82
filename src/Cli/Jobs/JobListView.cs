using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Jobs;

/// <summary>What <c>cairn job list</c> prints: a row per job, the latest first, as the coordinator sends them.</summary>
internal static class JobListView
{
    /// <summary>The jobs.</summary>
    public static IRenderable Show(IReadOnlyCollection<Job> jobs)
    {
        if (jobs.Count == 0)
        {
            return new Page().Line("no jobs yet").ToView();
        }

        var table = new PlainTable()
            .Text("job").Text("kind").Text("cluster").Text("state").Text("phase").Text("created").Number("took")
            .Text("point").Text("code");
        foreach (var job in jobs)
        {
            table.Row(
                Printable.Line(job.JobId),
                Printable.Line(job.Kind),
                Printable.Line(job.Cluster),
                new Cell(Words.For(job.State), Styles.For(job.State)),
                Printable.OrDash(job.Phase),
                TimeText.Moment(job.Created),
                TimeText.Between(job.Created, job.Ended),
                Printable.OrDash(job.PointId),
                Printable.OrDash(job.Error?.Code ?? ""));
        }

        return table.ToView();
    }
}
