using Cairn.Cli.Jobs;
using Cairn.Cli.Tests.Scripted;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Cli.Tests.Jobs;

public sealed class JobLinesTests
{
    private readonly ManualTimeProvider time = new();
    private readonly JobLines lines;

    public JobLinesTests() => lines = new JobLines(time);

    [Fact]
    public void A_phase_is_told_once_with_its_own_time_and_mere_progress_is_not()
    {
        var first = lines.News(With(Samples.JobNode("n1", TaskState.Running, 0, 4096)));
        var progress = lines.News(With(Samples.JobNode("n1", TaskState.Running, 2048, 4096)));
        var done = lines.News(With(Samples.JobNode("n1", TaskState.Succeeded, 4096, 4096)));

        Assert.Equal(["2026-11-01T12:00:00Z  copy"], first);
        Assert.Empty(progress);
        Assert.Empty(done);
    }

    [Fact]
    public void Events_are_told_in_order_with_their_own_time()
    {
        var job = Samples.Job();
        job.Events.Add(new JobEvent { At = Samples.Noon(), Text = "locked" });
        lines.News(job);
        job.Events.Add(new JobEvent { At = Samples.Noon(1), Text = "the leader moved", Node = "n2" });

        var news = lines.News(job);

        Assert.Equal(["2026-11-01T12:00:01Z  n2: the leader moved"], news);
    }

    [Fact]
    public void A_node_that_fails_says_why_once()
    {
        var node = Samples.JobNode("n2", TaskState.Failed, 0, 0);
        node.Error = new ErrorDetail { Node = "n2", Message = "the disk is full" };

        var news = lines.News(With(node));
        var again = lines.News(With(node));

        Assert.Equal("2026-11-01T00:00:00Z  n2 failed: the disk is full", news[^1]);
        Assert.Empty(again);
    }

    [Fact]
    public void A_long_phase_tells_twice_a_minute_how_far_it_has_come()
    {
        lines.News(With(Samples.JobNode("n1", TaskState.Running, 0, 4096)));
        time.Advance(TimeSpan.FromSeconds(29));
        var early = lines.News(With(Samples.JobNode("n1", TaskState.Running, 1024, 4096)));
        time.Advance(TimeSpan.FromSeconds(1));
        var due = lines.News(With(
            Samples.JobNode("n1", TaskState.Running, 1024, 4096), Samples.JobNode("n2", TaskState.Succeeded, 4096, 4096)));

        Assert.Empty(early);
        Assert.Equal(["2026-11-01T00:00:30Z  n1: copy 25%, 1.0 KiB of 4.0 KiB"], due);
    }

    private static Job With(params JobNode[] nodes)
    {
        var job = Samples.Job();
        job.Events.Add(new JobEvent { At = Samples.Noon(), Phase = "copy" });
        job.Nodes.Add(nodes);
        return job;
    }
}
