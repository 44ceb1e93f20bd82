using System.Globalization;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Jobs;

/// <summary>The live page of a running job: what it is, then a row per node with phase, bar, files, bytes, rate and time left.</summary>
internal static class JobProgressView
{
    private const int BarWidth = 20;

    /// <summary>The page at <paramref name="now"/>.</summary>
    public static IRenderable Show(Job job, RateMeter rates, DateTimeOffset now, string notice)
    {
        var page = new Page().Line(Title(job, now), Styles.For(job.State) ?? Styles.Heading);
        if (job.Nodes.Count > 0)
        {
            page.Table(Nodes(job, rates));
        }
        else
        {
            // Never one line alone: drawing that again would move the cursor up by none, which terminals take for one.
            page.Line("no node has begun");
        }

        if (notice.Length > 0)
        {
            page.Line(notice, Styles.Attention);
        }

        return page.ToView();
    }

    private static string Title(Job job, DateTimeOffset now)
    {
        var end = job.Ended is null ? now : TimeText.ToUtc(job.Ended);
        var took = job.Created is null ? "-" : TimeText.Span(end - TimeText.ToUtc(job.Created));
        var phase = job.Phase.Length == 0 || JobOutcome.HasEnded(job) ? "" : $", {Printable.Line(job.Phase)}";
        return $"{Printable.Line(job.Kind)} of {Printable.Line(job.Cluster)}: {Words.For(job.State)}{phase}, {took}";
    }

    private static PlainTable Nodes(Job job, RateMeter rates)
    {
        var table = new PlainTable()
            .Text("node").Text("phase").Text("progress").Number("files").Number("bytes").Number("rate").Number("left");
        foreach (var node in job.Nodes)
        {
            var progress = node.Progress ?? new Progress();
            var isRunning = node.State == TaskState.Running;
            var rate = isRunning ? rates.BytesPerSecond(node.Node) : null;
            table.Row(
                Printable.Line(node.Node),
                new Cell(Phase(node, progress), Styles.For(node.State)),
                Bar(node.State, progress),
                OutOf(progress.FilesDone, progress.FilesTotal, ByteText.Count),
                OutOf(progress.BytesDone, progress.BytesTotal, ByteText.Size),
                rate is { } speed and > 0 ? ByteText.Rate(speed) : "-",
                Left(progress, rate));
        }

        return table;
    }

    private static string Phase(JobNode node, Progress progress) => node.State switch
    {
        TaskState.Running when progress.Phase.Length > 0 => Printable.Line(progress.Phase),
        TaskState.Succeeded or TaskState.Failed when progress.Phase.Length > 0 =>
            $"{Printable.Line(progress.Phase)} {Words.For(node.State)}",
        _ => Words.For(node.State),
    };

    private static string Bar(TaskState state, Progress progress)
    {
        if (Share(state, progress) is not { } share)
        {
            return "";
        }

        var filled = (int)(share * BarWidth);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{new string('#', filled)}{new string('.', BarWidth - filled)} {Math.Floor(share * 100),3:0}%");
    }

    // By bytes; by files where all files are empty; nothing while totals are unknown.
    private static double? Share(TaskState state, Progress progress) => state switch
    {
        TaskState.Succeeded => 1,
        _ when progress.BytesTotal > 0 => Math.Clamp((double)progress.BytesDone / progress.BytesTotal, 0, 1),
        _ when progress.FilesTotal > 0 => Math.Clamp((double)progress.FilesDone / progress.FilesTotal, 0, 1),
        _ => null,
    };

    private static string OutOf(long done, long total, Func<long, string> text) => (done, total) switch
    {
        (0, 0) => "-",
        (_, 0) => text(done),
        _ when done == total => text(total),
        _ => $"{text(done)} / {text(total)}",
    };

    /// <summary>How much of its part a node has done, in percent; "-" while that is unknown.</summary>
    public static string Percent(TaskState state, Progress progress) => Share(state, progress) is { } share
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100):0}%")
        : "-";

    /// <summary>The time left at <paramref name="rate"/> bytes per second; "-" when that cannot be told.</summary>
    public static string Left(Progress progress, double? rate)
    {
        if (rate is not { } speed || speed <= 0 || progress.BytesTotal <= progress.BytesDone)
        {
            return "-";
        }

        var seconds = (progress.BytesTotal - progress.BytesDone) / speed;

        // Longer than a month is not a prediction but a stall.
        return seconds > TimeSpan.FromDays(30).TotalSeconds ? "-" : TimeText.Span(TimeSpan.FromSeconds(Math.Ceiling(seconds)));
    }
}
