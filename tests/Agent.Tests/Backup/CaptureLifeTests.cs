using Cairn.Agent.Backup;
using Cairn.Agent.Native;
using Cairn.Agent.Tests.Plain;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.TestKit;
using Cairn.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Tests.Backup;

public sealed class CaptureLifeTests
{
    private static readonly PointId Point = PointId.Parse("20261101T120000Z-3fa9c1");

    [Fact]
    public async Task A_capture_ends_by_itself_when_its_lease_has_run_out_and_leaves_nothing()
    {
        var time = new ManualTimeProvider();
        await using var agent = await TestAgent.StartAsync(agent => agent.Time = time);
        var captures = agent.Services.GetRequiredService<CaptureDesk>();
        var job = TestAgent.NewJob();
        (await captures.BeginAsync(agent.CaptureRequest(job, Point, "data"), CancellationToken.None)).Dispose();

        time.Advance(TimeSpan.FromSeconds(59));
        await captures.CheckAsync(CancellationToken.None);
        var heldBefore = captures.Find(job)!.Ended is null;
        time.Advance(TimeSpan.FromSeconds(1));
        await captures.CheckAsync(CancellationToken.None);

        Assert.True(heldBefore);
        Assert.True(captures.Find(job)!.Lost);
        Assert.Equal(ErrorCode.CaptureLost, Assert.Throws<CairnException>(() => captures.Use(job)).Code);
        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task What_is_written_into_a_capture_directory_after_its_capture_has_gone_is_swept_while_the_agent_runs()
    {
        var time = new ManualTimeProvider();
        await using var agent = await TestAgent.StartAsync(agent => agent.Time = time);
        agent.Files.Write($"db/.cairn/capture/{TestAgent.NewJob()}/plain1/data/late.bin", "written by the database after all");

        await Eventually.HoldsAsync(
            "the capture directory that nobody holds is swept",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return !Directory.Exists(agent.Files.At("db", ".cairn"));
            },
            TimeSpan.FromSeconds(30),
            CancellationToken.None);

        Assert.Equal("one", await File.ReadAllTextAsync(agent.Files.At("db", "data", "a", "one.tssp")));
    }

    [Fact]
    public async Task A_renewed_lease_holds_and_one_that_ran_out_cannot_be_renewed()
    {
        var time = new ManualTimeProvider();
        await using var agent = await TestAgent.StartAsync(agent => agent.Time = time);
        var captures = agent.Services.GetRequiredService<CaptureDesk>();
        var job = TestAgent.NewJob();
        (await captures.BeginAsync(agent.CaptureRequest(job, Point, "data"), CancellationToken.None)).Dispose();

        time.Advance(TimeSpan.FromSeconds(59));
        var renewed = captures.Renew(job, leaseMs: 60_000);
        time.Advance(TimeSpan.FromSeconds(60));
        var late = captures.Renew(job, leaseMs: 60_000);

        Assert.NotNull(renewed);
        Assert.Null(late);
    }

    [Fact]
    public async Task A_capture_in_use_outlives_its_lease_but_not_its_maximum_age()
    {
        var time = new ManualTimeProvider();
        await using var agent = await TestAgent.StartAsync(agent => agent.Time = time);
        var captures = agent.Services.GetRequiredService<CaptureDesk>();
        var job = TestAgent.NewJob();
        var use = await captures.BeginAsync(agent.CaptureRequest(job, Point, "data"), CancellationToken.None);

        time.Advance(TimeSpan.FromSeconds(50));
        await captures.CheckAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(50));
        await captures.CheckAsync(CancellationToken.None);
        var held = !use.Lost.IsCancellationRequested;
        time.Advance(TimeSpan.FromMinutes(10));
        var check = captures.CheckAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<CairnException>(() => use.RunAsync(
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return 0;
            },
            CancellationToken.None));
        use.Dispose();
        await check;

        Assert.True(held);
        Assert.Equal(ErrorCode.CaptureLost, failure.Code);
        Assert.Contains("maximum age", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task Too_little_free_space_refuses_a_capture_with_the_numbers()
    {
        await using var agent = await TestAgent.StartAsync();
        var request = agent.CaptureRequest(TestAgent.NewJob(), Point, "data");
        request.FreeFloorBytes = long.MaxValue;

        var refusal = await agent.RefusedAsync(agent.Client.CaptureAsync(request));

        Assert.Equal("NO_SPACE", refusal.Code);
        Assert.Contains("free, less than the floor", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task A_held_capture_survives_a_restart_and_its_copy_succeeds_then()
    {
        await using var agent = await TestAgent.StartAsync();
        var job = TestAgent.NewJob();
        await agent.CaptureAsync(job, Point);

        await agent.StopAsync();
        await agent.StartAgainAsync();

        await agent.DoneAsync(agent.Client.CopyAsync(agent.CopyRequest(job, Point)));
    }

    [Fact]
    public async Task What_no_live_capture_owns_is_swept_at_the_start_and_a_held_one_is_not()
    {
        await using var agent = await TestAgent.StartAsync();
        var held = TestAgent.NewJob();
        await agent.CaptureAsync(held, Point);
        await agent.StopAsync();
        var captures = agent.Files.At("db", ".cairn", "capture");
        agent.Files.Write($"db/.cairn/capture/{TestAgent.NewJob()}/plain1/data/left.tssp", "left by an agent that lost its journal");

        await agent.StartAgainAsync();

        Assert.Equal([held], Directory.EnumerateDirectories(captures).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_newer_job_takes_the_cluster_over_and_the_older_capture_goes()
    {
        await using var agent = await TestAgent.StartAsync();
        var older = TestAgent.NewJob();
        await agent.CaptureAsync(older, Point);
        agent.RaiseEpoch();
        var newer = TestAgent.NewJob();

        await agent.DoneAsync(agent.Client.CaptureAsync(agent.CaptureRequest(newer, PointId.New(DateTimeOffset.UnixEpoch), "data")));
        var refusal = await agent.RefusedAsync(agent.Client.CopyAsync(agent.CopyRequest(older, Point)));

        Assert.Equal("CAPTURE_LOST", refusal.Code);
        Assert.Contains(newer, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(FileKind.Missing, NativeFiles.Look(agent.Files.At("db", ".cairn", "capture", older)).Kind);
    }

    [Fact]
    public async Task A_copy_without_a_capture_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();

        var refusal = await agent.RefusedAsync(agent.Client.CopyAsync(agent.CopyRequest(TestAgent.NewJob(), Point)));

        Assert.Equal("CAPTURE_LOST", refusal.Code);
        Assert.Equal(TestAgent.Node, refusal.Node);
    }

    [Fact]
    public async Task The_check_of_the_cut_hands_each_instances_evidence_to_the_engine()
    {
        await using var agent = await TestAgent.StartAsync();
        var job = TestAgent.NewJob();
        var captured = await agent.DoneAsync(agent.Client.CaptureAsync(agent.CaptureRequest(job, Point, "data")));
        var evidence = new NodeEvidence { Node = TestAgent.Node, Step = "data", Evidence = captured.Capture.Evidence };

        var verdict = await agent.Client.CheckCutAsync(
            new CheckCutRequest { Engine = PlainEngine.EngineName, Evidence = { evidence } });

        Assert.True(verdict.Consistent);
        Assert.Equal([$"{TestAgent.Node}/plain1/data: consistent"], verdict.Findings);
    }
}
