using Cairn.Cli.Jobs;
using Cairn.Cli.Terminal;
using Cairn.Cli.Tests.Scripted;
using Cairn.TestKit;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace Cairn.Cli.Tests.Jobs;

public sealed class JobProgressViewTests
{
    private const int MiB = 1 << 20;
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void A_row_per_node_tells_phase_percent_files_bytes_rate_and_time_left()
    {
        var rates = new RateMeter(time);
        var job = Job(Samples.JobNode("n1", TaskState.Running, 0, 100 * MiB));
        rates.Observe(job);
        time.Advance(TimeSpan.FromSeconds(4));
        job = Job(
            Samples.JobNode("n1", TaskState.Running, 40 * MiB, 100 * MiB),
            Samples.JobNode("n2", TaskState.Succeeded, 5 * MiB, 5 * MiB),
            new JobNode { Node = "n3" });
        rates.Observe(job);

        var lines = Draw(job, rates, notice: "");

        Assert.Equal(
            [
                "backup of demo: running, copy, 4.0 s",
                "NODE  PHASE      PROGRESS                              FILES                 BYTES        RATE   LEFT",
                "n1    copy       ########............  40%  40 960 / 102 400  40.0 MiB / 100.0 MiB  10.0 MiB/s  6.0 s",
                "n2    copy done  #################### 100%             5 120               5.0 MiB           -      -",
                "n3    waiting                                              -                     -           -      -",
            ],
            lines);
    }

    [Fact]
    public void Without_totals_there_is_no_bar_and_no_promise()
    {
        var rates = new RateMeter(time);
        var job = Job(Samples.JobNode("n1", TaskState.Running, 4096, 0, "data"));
        rates.Observe(job);

        var lines = Draw(job, rates, notice: "lost the coordinator");

        Assert.Equal("n1    data                 4  4.0 KiB     -     -", lines[2]);
        Assert.Equal("lost the coordinator", lines[3]);
    }

    [Fact]
    public void What_is_redrawn_stays_where_it_is_also_before_any_node_has_begun()
    {
        using var output = new StringWriter();
        var console = CliConsole.Over(output, output, TextReader.Null, terminal: true, colour: false, width: 120);
        var job = Job();
        var rates = new RateMeter(time);

        console.Output.Live(JobProgressView.Show(job, rates, time.GetUtcNow(), notice: "")).Start(live =>
        {
            live.Refresh();
            live.UpdateTarget(JobProgressView.Show(job, rates, time.GetUtcNow(), notice: ""));
        });

        // Terminals take "up by 0" for "up by 1", and would overwrite what stands above.
        Assert.DoesNotContain("\u001b[0A", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[-", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\u001b[1A", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_follows_what_happens_now()
    {
        var rates = new RateMeter(time);
        for (var second = 0; second <= 30; second++)
        {
            // Fast for twenty seconds, then it stands still.
            rates.Observe(Job(Samples.JobNode("n1", TaskState.Running, Math.Min(second, 20) * MiB, 100 * MiB)));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var rate = rates.BytesPerSecond("n1");

        Assert.NotNull(rate);
        Assert.InRange(rate.Value, 0, 0.1 * MiB);
    }

    [Fact]
    public void Another_phase_counts_from_nothing()
    {
        var rates = new RateMeter(time);
        rates.Observe(Job(Samples.JobNode("n1", TaskState.Running, 90 * MiB, 100 * MiB, "stage")));
        time.Advance(TimeSpan.FromSeconds(1));
        rates.Observe(Job(Samples.JobNode("n1", TaskState.Running, 0, 100 * MiB, "verify")));

        Assert.Null(rates.BytesPerSecond("n1"));
    }

    private Job Job(params JobNode[] nodes)
    {
        var job = Samples.Job();
        job.Created = Timestamp.FromDateTimeOffset(new ManualTimeProvider().GetUtcNow());
        job.Nodes.Add(nodes);
        return job;
    }

    private string[] Draw(Job job, RateMeter rates, string notice)
    {
        using var output = new StringWriter();
        var console = CliConsole.Over(output, output, TextReader.Null, terminal: false, colour: false, width: 120);
        console.Show(JobProgressView.Show(job, rates, time.GetUtcNow(), notice));
        return [.. output.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())];
    }
}
