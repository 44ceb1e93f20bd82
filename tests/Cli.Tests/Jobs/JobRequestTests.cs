using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Jobs;

public sealed class JobRequestTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync()
    {
        server = await CoordinatorServer.StartAsync(script);
        script.Clusters.Add(Samples.Cluster());
        script.Begun = Samples.Job(JobState.Running, "delete");
        script.Deletion = new DeletionPlan
        {
            Cluster = "demo",
            Point = new PointSummary { PointId = Samples.PointId, ChainId = "c1", Kind = BackupKind.Full },
            Nodes =
            {
                new NodeDeletion { Node = "n1", Deletion = new DeleteResult { Held = true, BytesFreed = 2048, PacksDeleted = 2, ChainDeleted = true } },
                new NodeDeletion { Node = "n2", Error = new ErrorDetail { Code = "AGENT_UNREACHABLE", Message = "n2: it is away", WayOut = "start it" } },
            },
            BytesFreed = 2048,
            PlanHash = Samples.PlanHash,
        };
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task What_goes_and_what_that_frees_is_told_before_it_is_asked_for_with_its_plan()
    {
        script.WatchTells(Samples.Job(JobState.Succeeded, "delete"));

        var run = await CommandRun.OfAsync(server.Url, ["backup", "delete", "latest", "--yes"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("2048 bytes", run.Output.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("told when it is back", run.Output, StringComparison.Ordinal);
        var asked = script.Requests.OfType<DeleteBackupRequest>().Last();
        Assert.Equal((Samples.PointId, Samples.PlanHash), (asked.Point, asked.PlanHash));
    }

    [Fact]
    public async Task Without_a_terminal_and_without_yes_nothing_is_deleted()
    {
        var run = await CommandRun.OfAsync(server.Url, ["backup", "delete", "latest"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", Assert.Single(script.Requests.OfType<DeleteBackupRequest>()).PlanHash);
    }

    [Fact]
    public async Task A_dry_run_deletes_nothing()
    {
        var run = await CommandRun.OfAsync(server.Url, ["backup", "delete", "latest", "--dry-run"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", Assert.Single(script.Requests.OfType<DeleteBackupRequest>()).PlanHash);
    }

    [Fact]
    public async Task A_partial_point_shows_who_is_missing_for_what()
    {
        script.Backup = new Backup
        {
            Summary = new PointSummary { PointId = Samples.PointId, Cluster = "demo", Partial = true, MissingNodes = { "n3" } },
            Record = new CommitRecord
            {
                Coverage = new Coverage { Findings = { "n3 is missing, and with it 1 of its 1 partitions: db/2" }, LostTotal = 1 },
            },
        };

        var run = await CommandRun.OfAsync(server.Url, ["backup", "show", "latest"]);

        Assert.Contains("partial, without n3", run.Output, StringComparison.Ordinal);
        Assert.Contains("does not make the whole cluster again", run.Output, StringComparison.Ordinal);
        Assert.Contains("n3 is missing, and with it 1 of its 1 partitions: db/2", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_asks_for_what_was_given()
    {
        script.Begun = Samples.Job(JobState.Running, "export");

        var run = await CommandRun.OfAsync(
            server.Url, ["backup", "export", "latest", "--format", "tar", "--zstd", "3", "--to", "/out", "--no-wait"]);

        Assert.Equal(0, run.ExitCode);
        var asked = script.Asked<ExportBackupRequest>();
        Assert.Equal((ExportFormat.Tar, 3, "/out", "latest"), (asked.Format, asked.Packing.Zstd, asked.Directory, asked.Point));
    }

    [Fact]
    public async Task A_partial_backup_is_asked_for_and_ends_with_its_own_code()
    {
        script.Begun = Samples.Job(JobState.Running, "backup");
        script.WatchTells(Samples.Job(JobState.Partial, "backup"));

        var run = await CommandRun.OfAsync(server.Url, ["backup", "run", "--on-node-failure", "partial"]);

        Assert.Equal(4, run.ExitCode);
        Assert.Equal(NodeFailurePolicy.Partial, script.Asked<RunBackupRequest>().OnNodeFailure);
    }

    [Fact]
    public async Task Breaking_a_lock_says_what_it_interrupts_and_needs_to_be_confirmed()
    {
        script.Begun = Samples.Job(JobState.Running, "backup");

        var refused = await CommandRun.OfAsync(server.Url, ["cluster", "unlock", "demo", "--lock", Samples.JobId, "--break"]);
        var broken = await CommandRun.OfAsync(server.Url, ["cluster", "unlock", "demo", "--lock", Samples.JobId, "--break", "--yes"]);

        Assert.Equal((2, 0), (refused.ExitCode, broken.ExitCode));
        Assert.Contains($"this interrupts backup job {Samples.JobId}", refused.Error, StringComparison.Ordinal);
        Assert.True(Assert.Single(script.Requests.OfType<UnlockClusterRequest>()).BreakJob);
    }

    [Fact]
    public async Task A_job_is_resumed_and_followed()
    {
        script.Begun = Samples.Job(JobState.Running, "backup");
        script.WatchTells(Samples.Job(JobState.Succeeded, "backup"));

        var run = await CommandRun.OfAsync(server.Url, ["job", "resume", Samples.JobId]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Samples.JobId, script.Asked<ResumeJobRequest>().JobId);
    }
}
