using Cairn.Cli.Jobs;
using Cairn.Cli.Tests.Scripted;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Cli.Tests.Jobs;

public sealed class JobLinesTests
{
    private readonly JobLines lines = new(new ManualTimeProvider());

    [Fact]
    public void Every_change_is_told_once_and_mere_progress_is_not()
    {
        var first = lines.News(With(Samples.JobNode("n1", TaskState.Running, 0, 4096)));
        var progress = lines.News(With(Samples.JobNode("n1", TaskState.Running, 2048, 4096)));
        var done = lines.News(With(Samples.JobNode("n1", TaskState.Succeeded, 4096, 4096)));
        var again = lines.News(With(Samples.JobNode("n1", TaskState.Succeeded, 4096, 4096)));

        Assert.Equal(["2026-11-01T00:00:00Z  copy", "2026-11-01T00:00:00Z  n1: copy running"], first);
        Assert.Empty(progress);
        Assert.Equal(["2026-11-01T00:00:00Z  n1: copy done, 4 files, 4.0 KiB"], done);
        Assert.Empty(again);
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
    public void A_node_that_fails_says_why()
    {
        var node = Samples.JobNode("n2", TaskState.Failed, 0, 0);
        node.Error = new ErrorDetail { Node = "n2", Message = "the disk is full" };

        var news = lines.News(With(node));

        Assert.Equal("2026-11-01T00:00:00Z  n2: copy failed: n2: the disk is full", news[^1]);
    }

    private static Job With(JobNode node)
    {
        var job = Samples.Job();
        job.Nodes.Add(node);
        return job;
    }
}
