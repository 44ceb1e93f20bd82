using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Jobs;

public sealed class JobCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync() => server = await CoordinatorServer.StartAsync(script);

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Jobs_are_listed_a_line_each()
    {
        script.Begun = Samples.Job(JobState.Succeeded);

        var run = await RunAsync("job", "list", "demo", "--limit", "5");

        Assert.Equal(
            [
                "JOB                                   KIND    CLUSTER  STATE      PHASE  CREATED                 TOOK  POINT                    CODE",
                $"{Samples.JobId}  backup  demo     succeeded  -      2026-11-01T12:00:00Z  12.0 s  {Samples.PointId}  -",
            ],
            run.OutputLines);
        Assert.Equal(("demo", 5), (script.Asked<ListJobsRequest>().Cluster, script.Asked<ListJobsRequest>().Limit));
    }

    [Fact]
    public async Task A_failed_job_is_shown_with_its_nodes_events_and_way_out()
    {
        var job = Samples.Job(JobState.Failed, "restore");
        job.Nodes.Add(Samples.JobNode("n1", TaskState.Succeeded, 4096, 4096, "stage"));
        job.Events.Add(new JobEvent { At = Samples.Noon(), Text = "staging" });
        job.Error = Samples.Running();
        script.Begun = job;

        var run = await RunAsync("job", "show", Samples.JobId[..13]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                "NODE  STATE  PHASE  FILES    BYTES  WRITTEN  DONE  RATE  LEFT  CODE",
                "n1    done   stage      4  4.0 KiB      0 B  100%     -     -  -",
                "",
                "2026-11-01T12:00:00Z  staging",
                "",
                "n2: process 4711 has '/data/n2/meta/raft.db' open, so its data cannot be replaced",
                "  way out: stop the instance, or give the restore another directory",
                "  code: INSTANCE_RUNNING",
            ],
            run.OutputLines[^8..]);
    }

    [Fact]
    public async Task A_cancelled_job_says_so_and_how_to_wait_for_its_end()
    {
        script.Begun = Samples.Job(JobState.Cancelling);

        var run = await RunAsync("job", "cancel", Samples.JobId[..13]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [$"job {Samples.JobId} is cancelling", $"'cairn job wait {Samples.JobId}' ends when it is cleaned up"],
            run.OutputLines);
        Assert.Equal(Samples.JobId[..13], script.Asked<CancelJobRequest>().JobId);
    }

    [Fact]
    public async Task Waiting_for_a_job_prints_only_its_end_and_ends_as_it_ended()
    {
        var ended = Samples.Job(JobState.Cancelled, "restore");
        ended.Error = new ErrorDetail { Code = "JOB_CANCELLED", Message = "the restore was given up", WayOut = "run it again" };
        script.Begun = Samples.Job(kind: "restore");
        script.WatchTells(Samples.Job(JobState.Cancelling, "restore"), ended);

        var run = await RunAsync("job", "wait", Samples.JobId);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal([$"restore of demo cancelled: point {Samples.PointId}, 12.0 s"], run.OutputLines);
        Assert.Equal("cairn: the restore was given up\n  way out: run it again\n  code: JOB_CANCELLED\n", run.Error);
    }

    [Fact]
    public async Task A_run_is_explained_in_sentences_from_its_events()
    {
        var job = Samples.Job(JobState.Failed, "restore");
        job.Epoch = 7;
        job.Events.Add(new JobEvent { At = Samples.Noon(), Phase = "precheck" });
        job.Events.Add(new JobEvent { At = Samples.Noon(2), Phase = "stage" });
        job.Events.Add(new JobEvent { At = Samples.Noon(3), Text = "the disk is slow", Node = "n2" });
        job.Error = Samples.Running();
        script.Begun = job;

        var run = await RunAsync("job", "explain", Samples.JobId);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                $"A restore of cluster demo was asked for at 2026-11-01T12:00:00Z; it is about point {Samples.PointId}. It held the cluster's lock with epoch 7.",
                "",
                "2026-11-01T12:00:00Z  Every node checked that nothing stands in the way, before anything was touched. This took 2.0 s.",
                "",
                "2026-11-01T12:00:02Z  Every node brought its part beside the live data and checked it; no live byte was touched. This took 10.0 s.",
                "    n2: the disk is slow.",
                "",
                "It ended at 2026-11-01T12:00:12Z, after 12.0 s: failed.",
                "n2: process 4711 has '/data/n2/meta/raft.db' open, so its data cannot be replaced.",
                "Way out: stop the instance, or give the restore another directory. Code: INSTANCE_RUNNING.",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task A_watch_tells_scripts_every_state()
    {
        script.Begun = Samples.Job();
        script.WatchTells(Samples.Job(), Samples.Job(JobState.Succeeded));

        var run = await RunAsync("job", "watch", Samples.JobId[..8], "-o", "json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.OutputLines.Length);
        Assert.Equal(Samples.JobId, script.Asked<WatchJobRequest>().JobId);
    }

    [Fact]
    public async Task A_watch_goes_on_when_the_coordinator_restarts()
    {
        script.Begun = Samples.Job();
        var told = new TaskCompletionSource();
        script.Watches.Enqueue(async (stream, context) =>
        {
            await stream.WriteAsync(Samples.Job(), context.CancellationToken);
            told.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
        });
        var running = RunAsync("job", "watch", Samples.JobId);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));

        var port = server.Port;
        await server.DisposeAsync();
        script.WatchTells(Samples.Job(), Samples.Job(JobState.Succeeded));
        server = await CoordinatorServer.StartAsync(script, port);
        script.Backup = Samples.Backup();

        var run = await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the job goes on, trying to reach it again", run.Error, StringComparison.Ordinal);
        Assert.Contains("backup of demo succeeded", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_the_progress_is_drawn_and_the_end_stays()
    {
        var done = Samples.Job(JobState.Succeeded, "discard");
        done.Nodes.Add(Samples.JobNode("n1", TaskState.Succeeded, 4096, 4096));
        script.Begun = Samples.Job(kind: "discard");
        script.WatchTells(done);

        var run = await CommandRun.OfAsync(server.Url, ["job", "watch", Samples.JobId], typed: "");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("discard of demo: succeeded, 12.0 s", run.Output, StringComparison.Ordinal);
        Assert.Contains("#################### 100%", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_leaves_the_job_alone_and_says_how_to_follow_it()
    {
        script.Begun = Samples.Job();
        using var interrupt = new CancellationTokenSource();
        script.Watches.Enqueue(async (stream, context) =>
        {
            await stream.WriteAsync(Samples.Job(), context.CancellationToken);
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
        });

        var run = await CommandRun.OfAsync(
            server.Url, ["job", "watch", Samples.JobId], cancellationToken: interrupt.Token);

        Assert.Equal(130, run.ExitCode);
        Assert.Contains($"'cairn job watch {Samples.JobId}' follows it", run.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
