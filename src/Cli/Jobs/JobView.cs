using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Jobs;

/// <summary>What <c>cairn job show</c> prints: a job with its nodes, its events and its failure.</summary>
internal static class JobView
{
    // Damage comes in long runs when a pack is lost; the first few say enough, and JSON has more of them.
    private const int MaxDamageLines = 20;

    /// <summary>All of the job as it is at <paramref name="now"/>.</summary>
    public static IRenderable Show(Job job, DateTimeOffset now)
    {
        var page = new Page()
            .Detail("job", Printable.Line(job.JobId))
            .Detail("kind", Printable.Line(job.Kind))
            .Detail("cluster", Printable.Line(job.Cluster))
            .Detail("state", new Cell(Words.For(job.State), Styles.For(job.State)))
            .Detail("phase", Printable.OrDash(job.Phase))
            .Detail("point", Printable.OrDash(job.PointId));
        if (job.RestoreJobId.Length > 0)
        {
            page.Detail("restore", Printable.Line(job.RestoreJobId));
        }

        if (job.AskedBy.Length > 0)
        {
            page.Detail("asked by", Printable.Line(job.AskedBy));
        }

        page.Detail("created", TimeText.Moment(job.Created))
            .Detail("ended", TimeText.Moment(job.Ended))
            .Detail("took", TimeText.Between(job.Created, job.Ended));
        if (job.ResumableUntil is { } until)
        {
            page.Detail("resumable", $"until {TimeText.Moment(until)}: 'cairn job resume {Printable.Line(job.JobId)}'");
        }

        if (job.Nodes.Count > 0)
        {
            page.Gap().Table(Nodes(job, now));
        }

        AddDamage(page, job);
        AddEvents(page, job);
        AddErrors(page, job);
        return page.ToView();
    }

    /// <summary>A verified point: what was read on each node, and every damage that was found.</summary>
    public static IRenderable Verified(Job job)
    {
        var table = new PlainTable().Text("node").Number("files").Number("bytes").Number("damaged");
        foreach (var node in job.Nodes)
        {
            var damage = node.Verify is null ? 0 : node.Verify.Damage.Count + node.Verify.DamageLeftOut;
            table.Row(
                Printable.Line(node.Node),
                node.Verify is { } result ? ByteText.Count(result.Files) : "-",
                node.Verify is { } read ? ByteText.Size(read.Bytes) : "-",
                node.Verify is null ? "-" : new Cell(ByteText.Count(damage), damage == 0 ? Styles.Good : Styles.Bad));
        }

        var page = new Page().Table(table);
        AddDamage(page, job);
        return page.ToView();
    }

    private static PlainTable Nodes(Job job, DateTimeOffset now)
    {
        var table = new PlainTable()
            .Text("node").Text("state").Text("phase").Number("files").Number("bytes").Number("written").Number("done")
            .Number("rate").Number("left").Text("code");
        foreach (var node in job.Nodes)
        {
            var progress = node.Progress ?? new Progress();
            var rate = AverageRate(node, progress, now);
            table.Row(
                Printable.Line(node.Node),
                new Cell(Words.For(node.State), Styles.For(node.State)),
                Printable.OrDash(progress.Phase),
                ByteText.Count(progress.FilesDone),
                ByteText.Size(progress.BytesDone),
                ByteText.Size(progress.BytesWritten),
                JobProgressView.Percent(node.State, progress),
                rate is { } speed ? ByteText.Rate(speed) : "-",
                JobProgressView.Left(progress, rate),
                Printable.OrDash(node.Error?.Code ?? ""));
        }

        return table;
    }

    // One look has no rate of its own; what the node has done since its task began has one.
    private static double? AverageRate(JobNode node, Progress progress, DateTimeOffset now)
    {
        if (node is not { State: TaskState.Running, Started: { } started })
        {
            return null;
        }

        var seconds = (now - TimeText.ToUtc(started)).TotalSeconds;
        return seconds >= 1 && progress.BytesDone > 0 ? progress.BytesDone / seconds : null;
    }

    private static void AddDamage(Page page, Job job)
    {
        foreach (var node in job.Nodes.Where(node => node.Verify?.Damage.Count > 0))
        {
            page.Gap().Line($"damaged on {Printable.Line(node.Node)}:", Styles.Bad);
            foreach (var damage in node.Verify.Damage.Take(MaxDamageLines))
            {
                page.Indented(2, $"{Printable.Line(damage.File)} at {ByteText.Count(damage.Offset)}: "
                    + Printable.Line(damage.What));
            }

            var (listed, leftOut) = (node.Verify.Damage.Count, node.Verify.DamageLeftOut);
            if (listed > MaxDamageLines)
            {
                page.Indented(2, $"and {ByteText.Count(listed - MaxDamageLines + leftOut)} more; '-o json' has {(leftOut == 0 ? "them all" : $"the first {ByteText.Count(listed)}")}");
            }
        }
    }

    private static void AddEvents(Page page, Job job)
    {
        if (job.Events.Count == 0)
        {
            return;
        }

        page.Gap();
        foreach (var happened in job.Events)
        {
            page.Line(JobLines.Event(happened));
        }
    }

    private static void AddErrors(Page page, Job job)
    {
        foreach (var error in JobOutcome.Errors(job))
        {
            page.Gap().Line(FailureView.Sentence(error), Styles.Bad)
                .Indented(2, $"way out: {Printable.OrDash(error.WayOut)}")
                .Indented(2, $"code: {Printable.OrDash(error.Code)}");
        }
    }
}
