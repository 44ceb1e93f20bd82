using System.Diagnostics.CodeAnalysis;
using System.Net;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Hosting;
using Cairn.Agent.Journal;
using Cairn.Agent.Tasks;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;
using Cairn.TestKit;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Agent.Tests.Tasks;

[SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes them.")]
public sealed class TaskDeskTests : IAsyncLifetime
{
    private readonly TestDirectory files = new();
    private readonly ManualTimeProvider time = new();
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AgentJournal journal = null!;
    private TaskDesk desk = null!;
    private int runs;

    public Task InitializeAsync()
    {
        Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await desk.DisposeAsync();
        journal.Dispose();
        files.Dispose();
    }

    [Fact]
    public async Task A_command_that_is_repeated_runs_once_and_gets_the_recorded_answer()
    {
        var request = Verify();
        release.SetResult();
        var first = await EndAsync(desk.Accept("verify", request));

        var repeated = desk.Accept("verify", request);

        Assert.Equal(TaskState.Succeeded, first.State);
        Assert.Equal(first, repeated);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_recorded_answer_is_given_after_a_restart_and_after_the_deadline()
    {
        var request = Verify();
        release.SetResult();
        var first = await EndAsync(desk.Accept("verify", request));
        await ReopenAsync();
        time.Advance(TimeSpan.FromDays(1));

        var repeated = desk.Accept("verify", request);

        Assert.Equal(first, repeated);
        Assert.Equal(1, runs);
    }

    [Fact]
    public void The_same_id_with_another_payload_is_refused()
    {
        var request = Verify();
        desk.Accept("verify", request);
        var other = request.Clone();
        other.PointId = "another";

        var refusal = Assert.Throws<CairnException>(() => desk.Accept("verify", other));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public void The_same_command_with_a_newer_epoch_and_deadline_is_the_same_command()
    {
        var request = Verify();
        desk.Accept("verify", request);
        var again = request.Clone();
        again.Header.Epoch++;
        again.Header.Deadline = time.GetUtcNow().AddDays(2).ToTimestamp();

        var answer = desk.Accept("verify", again);

        Assert.Equal(TaskState.Running, answer.State);
    }

    [Fact]
    public void An_older_epoch_is_refused_even_for_a_known_task()
    {
        var request = Verify();
        desk.Accept("verify", request);
        var newer = Verify();
        newer.Header.Epoch = 9;
        desk.Accept("verify", newer);

        var refusal = Assert.Throws<CairnException>(() => desk.Accept("verify", request));

        Assert.Equal(ErrorCode.StaleEpoch, refusal.Code);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(-7 * 60)]
    [InlineData(42 * 24 * 60)]
    public async Task The_time_that_a_command_leaves_counts_and_not_the_senders_clock(int minutesAhead)
    {
        var request = Verify();
        request.Header.TimeLeftMs = 60_000;
        request.Header.Deadline = time.GetUtcNow().AddMinutes(-minutesAhead).AddSeconds(60).ToTimestamp();

        var begun = desk.Accept("verify", request);
        time.Advance(TimeSpan.FromSeconds(61));
        var end = await EndAsync(begun);

        Assert.Equal(TaskState.Failed, end.State);
        Assert.Equal("DEADLINE_EXCEEDED", end.Error.Code);
    }

    [Fact]
    public void A_command_that_leaves_a_senseless_time_is_refused()
    {
        var request = Verify();
        request.Header.TimeLeftMs = long.MaxValue;

        var refusal = Assert.Throws<CairnException>(() => desk.Accept("verify", request));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public void A_command_whose_deadline_has_passed_is_refused_and_not_journaled()
    {
        var request = Verify();
        time.Advance(TimeSpan.FromHours(2));

        var refusal = Assert.Throws<CairnException>(() => desk.Accept("verify", request));

        Assert.Equal(ErrorCode.DeadlineExceeded, refusal.Code);
        Assert.Throws<CairnException>(() => desk.Find(request.Header.TaskId));
    }

    [Theory]
    [InlineData("task")]
    [InlineData("job")]
    [InlineData("cluster")]
    [InlineData("epoch")]
    [InlineData("deadline")]
    [InlineData("header")]
    public void A_header_with_a_malformed_field_is_refused(string field)
    {
        var request = Verify();
        switch (field)
        {
            case "task": request.Header.TaskId = "../../etc/passwd"; break;
            case "job": request.Header.JobId = "x"; break;
            case "cluster": request.Header.Cluster = "../c"; break;
            case "epoch": request.Header.Epoch = 0; break;
            case "deadline": request.Header.Deadline = null; break;
            default: request.Header = null; break;
        }

        var refusal = Assert.Throws<CairnException>(() => desk.Accept("verify", request));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task A_task_that_outlives_its_deadline_fails_with_that()
    {
        var begun = desk.Accept("verify", Verify());
        await Eventually.HoldsAsync("it runs", () => Volatile.Read(ref runs) == 1, TimeSpan.FromSeconds(10), CancellationToken.None);

        time.Advance(TimeSpan.FromHours(2));
        var end = await EndAsync(begun);

        Assert.Equal(TaskState.Failed, end.State);
        Assert.Equal("DEADLINE_EXCEEDED", end.Error.Code);
        Assert.Equal("node1", end.Error.Node);
    }

    [Fact]
    public async Task A_resumable_task_goes_on_after_a_restart_and_another_fails_as_interrupted()
    {
        var resumable = desk.Accept("verify", Verify());
        var capture = new CaptureRequest { Header = Header() };
        var interrupted = desk.Accept("capture", capture);
        await Eventually.HoldsAsync("both run", () => Volatile.Read(ref runs) == 2, TimeSpan.FromSeconds(10), CancellationToken.None);

        await ReopenAsync();
        release.SetResult();
        desk.Resume();
        var end = await EndAsync(desk.Find(resumable.TaskId));

        Assert.Equal(TaskState.Succeeded, end.State);
        Assert.Equal("INTERRUPTED", desk.Find(interrupted.TaskId).Error.Code);
        Assert.Equal(3, runs);
    }

    [Fact]
    public async Task Tasks_of_one_job_run_one_after_the_other_and_an_abort_ends_the_one_that_runs()
    {
        var job = TestAgent.NewJob();
        var running = desk.Accept("capture", new CaptureRequest { Header = Header(job) });
        await Eventually.HoldsAsync("it runs", () => Volatile.Read(ref runs) == 1, TimeSpan.FromSeconds(10), CancellationToken.None);

        var abort = await EndAsync(desk.Accept("abort", new AbortRequest { Header = Header(job) }));

        Assert.Equal(TaskState.Succeeded, abort.State);
        Assert.Equal("INTERRUPTED", desk.Find(running.TaskId).Error.Code);
    }

    [Fact]
    public async Task A_watcher_that_is_slow_misses_states_but_never_the_last()
    {
        var begun = desk.Accept("verify", Verify());
        var watch = desk.WatchAsync(begun.TaskId, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());

        release.SetResult();
        await Eventually.HoldsAsync(
            "it has ended", () => desk.Find(begun.TaskId).State == TaskState.Succeeded, TimeSpan.FromSeconds(10), CancellationToken.None);
        var next = watch.MoveNextAsync().AsTask();
        await Eventually.HoldsAsync(
            "the watch comes on",
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return next.IsCompleted;
            },
            TimeSpan.FromSeconds(10),
            CancellationToken.None);

        Assert.True(await next);
        Assert.Equal(TaskState.Succeeded, watch.Current.State);
        Assert.False(await watch.MoveNextAsync());
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task A_watcher_is_told_the_end_at_once_however_short_ago_it_was_told_a_state()
    {
        var begun = desk.Accept("verify", Verify());
        var watch = desk.WatchAsync(begun.TaskId, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());

        // Nobody moves the clock on.
        var next = watch.MoveNextAsync().AsTask();
        release.SetResult();

        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(TaskState.Succeeded, watch.Current.State);
        Assert.False(await watch.MoveNextAsync());
        await watch.DisposeAsync();
    }

    [Fact]
    public async Task A_task_that_the_journal_has_forgotten_is_not_listed_any_more()
    {
        release.SetResult();
        var old = await EndAsync(desk.Accept("verify", Verify()));
        time.Advance(AgentJournal.KeepEnded + TimeSpan.FromDays(1));
        var recent = await EndAsync(desk.Accept("verify", Verify()));

        journal.Prune(time.GetUtcNow());

        Assert.Equal([recent.TaskId], desk.List("").Select(task => task.TaskId));
        Assert.Equal(ErrorCode.UnknownTask, Assert.Throws<CairnException>(() => desk.Find(old.TaskId)).Code);
    }

    [Fact]
    public void A_task_that_nobody_knows_is_refused()
    {
        var refusal = Assert.Throws<CairnException>(() => desk.Find(TestAgent.NewJob()));

        Assert.Equal(ErrorCode.UnknownTask, refusal.Code);
    }

    private CommandHeader Header(string? job = null) => new()
    {
        TaskId = Guid.NewGuid().ToString("D"),
        JobId = job ?? TestAgent.NewJob(),
        Cluster = "c1",
        Epoch = 1,
        Deadline = time.GetUtcNow().AddHours(1).ToTimestamp(),
    };

    private VerifyRequest Verify() => new() { Header = Header(), PointId = "20261101T120000Z-3fa9c1" };

    private void Open()
    {
        journal = AgentJournal.Open("node1", files.At("state"));
        desk = new TaskDesk(
            Settings(),
            journal,
            [
                new CommandHandler<VerifyRequest>("verify", (_, _, token) => WorkAsync(token)),
                new CommandHandler<CaptureRequest>("capture", (_, _, token) => WorkAsync(token))
                {
                    AfterRestart = AfterRestart.Fail, CanBeSuperseded = true,
                },
                new CommandHandler<AbortRequest>("abort", (_, _, _) => Task.FromResult(new TaskStatus())) { Supersedes = true },
            ],
            time,
            NullLogger<TaskDesk>.Instance);
    }

    private async Task ReopenAsync()
    {
        await desk.DisposeAsync();
        journal.Dispose();
        Open();
    }

    private async Task<TaskStatus> WorkAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref runs);
        await release.Task.WaitAsync(cancellationToken);
        return new TaskStatus { Verify = new VerifyResult { Files = 3 } };
    }

    private async Task<TaskStatus> EndAsync(TaskStatus begun)
    {
        await Eventually.HoldsAsync(
            $"{begun.Kind} has ended",
            () => desk.Find(begun.TaskId).State != TaskState.Running,
            TimeSpan.FromSeconds(10),
            CancellationToken.None);
        return desk.Find(begun.TaskId);
    }

    private AgentSettings Settings() => new()
    {
        Node = "node1",
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Coordinator = new Uri("http://127.0.0.1:1"),
        StateDirectory = files.At("state"),
        RepositoryPath = files.At("repository"),
        Roots = [files.Path],
        Compression = Cairn.Repository.Compression.Fastest,
        MaxPackBytes = 1 << 20,
        Instances = [],
        Engines = BuildEngines.With(new EngineLimits()),
        FreeFloorBytes = 0,
        CaptureCheck = TimeSpan.FromSeconds(1),
        ReconnectMax = TimeSpan.FromSeconds(1),
    };
}
