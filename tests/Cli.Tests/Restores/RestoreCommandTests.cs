using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Restores;

public sealed class RestoreCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync()
    {
        script.Clusters.Add(Samples.Cluster());
        script.Begun = Samples.Job(kind: "restore");
        server = await CoordinatorServer.StartAsync(script);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_plan_prints_every_check_with_its_finding()
    {
        script.Plan = Samples.Plan();

        var run = await RunAsync("restore", "plan", "latest", "--accept-caveat", "a", "--accept-caveat", "b");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["a", "b"], script.Asked<RestoreRequest>().AcceptedCaveats);
        Assert.Equal(
            [
                "cluster      demo",
                "point        20261101T120000Z-3fa9c1, full, created 2026-11-01T12:00:00Z",
                "consistency  all points acknowledged before the start",
                "",
                "cluster",
                "  ok      topology  3 nodes, as in the point",
                "",
                "n1, gets the cluster's metadata",
                "  ok      stopped  no process, no port, no lock",
                "  needs 4.0 MiB, free 20.0 GiB",
                "  will do:",
                "    /data/n1/data: swapped, the old one stays beside",
                "",
                "n2",
                "  ok      stopped  no process, no port, no lock",
                "",
                $"plan  {Samples.PlanHash}",
                "",
                "The restore is possible. Nothing has been touched.",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task Renamed_nodes_are_mapped_and_what_is_no_map_is_refused()
    {
        script.Plan = Samples.Plan();

        await RunAsync("restore", "plan", "latest", "--map", "n1=n4", "--map", "n2=n5");
        var wrong = await RunAsync("restore", "plan", "latest", "--map", "n1");

        Assert.Equal([("n1", "n4"), ("n2", "n5")], script.Asked<RestoreRequest>().Mappings.Select(mapping => (mapping.OldNode, mapping.NewNode)));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("--map n1 is not OLD=NEW", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_are_brought_back_online_and_the_plan_says_who_tells_the_database()
    {
        var plan = Samples.Plan();
        plan.Objects.Add(["iot", "ops"]);
        script.Plan = plan;

        var run = await RunAsync("restore", "plan", "latest", "--objects", "iot,op*", "--objects", "late", "--online");

        Assert.Equal(0, run.ExitCode);
        Assert.True(script.Asked<RestoreRequest>().Online);
        Assert.Equal(["iot", "op*", "late"], script.Asked<RestoreRequest>().Objects);
        Assert.Contains("brings back  iot, ops, into the running cluster", run.OutputLines);
        Assert.Contains("n1, tells the database", run.OutputLines);
    }

    [Fact]
    public async Task A_plan_that_is_not_possible_ends_as_its_first_failed_check()
    {
        script.Plan = Samples.Plan(possible: false);

        var run = await RunAsync("restore", "plan", "latest");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(
            [
                "n2",
                "  FAILED  stopped  process 4711 has raft.db open, and 2 signs more",
                "          - process 4711 has raft.db open",
                "          - a process holds the lock on raft.db",
                "          - process 4711 listens on 8091",
                "          way out: stop the instance, or give the restore another directory",
                "          code: INSTANCE_RUNNING",
                "",
                "The restore is refused: 1 check did not pass. Nothing has been touched.",
            ],
            run.OutputLines[^9..]);
        Assert.Equal(
            "cairn: n2: process 4711 has '/data/n2/meta/raft.db' open, so its data cannot be replaced\n"
            + "  way out: stop the instance, or give the restore another directory\n"
            + "  code: INSTANCE_RUNNING\n",
            run.Error);
    }

    [Fact]
    public async Task A_restore_that_is_not_possible_is_not_begun()
    {
        script.Plan = Samples.Plan(possible: false);

        var run = await RunAsync("restore", "run", "latest", "--yes");

        Assert.Equal(3, run.ExitCode);
        Assert.Single(script.Requests.OfType<RestoreRequest>());
    }

    [Fact]
    public async Task Without_a_terminal_a_restore_needs_yes()
    {
        script.Plan = Samples.Plan();

        var run = await RunAsync("restore", "run", "latest");

        Assert.Equal(2, run.ExitCode);
        Assert.Single(script.Requests.OfType<RestoreRequest>());
        Assert.Contains("nothing was touched\n  way out: give --yes\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_a_restore_begins_when_the_name_of_the_cluster_is_typed()
    {
        script.Plan = Samples.Plan();

        var run = await CommandRun.OfAsync(
            server.Url, ["restore", "run", "latest", "--no-wait"], typed: "demo\n");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Type the cluster's name (demo) to go on: ", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, script.Requests.OfType<RestoreRequest>().Count());
    }

    [Theory]
    [InlineData("yes\n")]
    [InlineData("")]
    public async Task On_a_terminal_anything_else_touches_nothing(string typed)
    {
        script.Plan = Samples.Plan();

        var run = await CommandRun.OfAsync(server.Url, ["restore", "run", "latest"], typed);

        Assert.Equal(2, run.ExitCode);
        Assert.Single(script.Requests.OfType<RestoreRequest>());
        Assert.Contains("that is not the cluster's name; nothing was touched", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_planned_is_what_runs()
    {
        script.Plan = Samples.Plan();
        script.WatchTells(Samples.Job(JobState.Succeeded, "restore"));

        var run = await RunAsync("restore", "run", "latest", "--yes");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["latest", Samples.PointId], script.Requests.OfType<RestoreRequest>().Select(r => r.Point));
        Assert.Equal(["", Samples.PlanHash], script.Requests.OfType<RestoreRequest>().Select(r => r.PlanHash));
        Assert.Contains("  ok      1 of 1 checks passed", run.OutputLines);
        Assert.DoesNotContain("no process, no port, no lock", run.Output, StringComparison.Ordinal);
        Assert.Contains("'cairn restore undo' brings them back", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_was_seen_before_is_named_and_not_made_again()
    {
        var run = await RunAsync("restore", "run", "latest", "--plan", Samples.PlanHash, "--yes", "--no-wait");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Samples.PlanHash, Assert.Single(script.Requests.OfType<RestoreRequest>()).PlanHash);
    }

    [Fact]
    public async Task A_dry_run_of_a_discard_shows_its_plan_and_asks_for_nothing()
    {
        script.AftermathPlan = Samples.AftermathPlan(Aftermath.Discard);

        var run = await RunAsync("restore", "discard", "--dry-run");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"plan     {Samples.PlanHash}", run.OutputLines);
        Assert.Contains("on n2", run.OutputLines);
        Assert.Empty(script.Requests.OfType<DiscardRestoreRequest>());
    }

    [Fact]
    public async Task An_undo_and_a_discard_name_the_restore_they_are_about()
    {
        script.AftermathPlan = Samples.AftermathPlan(Aftermath.Undo);
        script.WatchTells(Samples.Job(JobState.Succeeded, "undo"));
        script.WatchTells(Samples.Job(JobState.Succeeded, "discard"));

        var undo = await RunAsync("restore", "undo", "demo", "--restore", Samples.JobId);
        var discard = await RunAsync("restore", "discard");

        Assert.Equal((0, 0), (undo.ExitCode, discard.ExitCode));
        Assert.Equal(Samples.JobId, script.Asked<UndoRestoreRequest>().RestoreJobId);
        Assert.Equal(Samples.JobId, script.Requests.OfType<PlanAftermathRequest>().First().RestoreJobId);
        Assert.Equal(Samples.PlanHash, script.Asked<UndoRestoreRequest>().PlanHash);
        Assert.Equal(
            ("demo", Samples.JobId, Samples.PlanHash),
            (script.Asked<DiscardRestoreRequest>().Cluster, script.Asked<DiscardRestoreRequest>().RestoreJobId, script.Asked<DiscardRestoreRequest>().PlanHash));
    }

    [Fact]
    public async Task On_a_terminal_a_discard_asks_first()
    {
        script.AftermathPlan = Samples.AftermathPlan(Aftermath.Discard);

        var run = await CommandRun.OfAsync(server.Url, ["restore", "discard"], typed: "no\n");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("This removes for good the data that demo had before its restore", run.Output, StringComparison.Ordinal);
        Assert.Empty(script.Requests.OfType<DiscardRestoreRequest>());
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
