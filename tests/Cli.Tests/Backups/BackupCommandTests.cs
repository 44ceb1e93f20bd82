using System.Globalization;
using System.Text.Json;
using Cairn.Cli.Tests.Scripted;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Tests.Backups;

public sealed class BackupCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync()
    {
        script.Clusters.Add(Samples.Cluster());
        server = await CoordinatorServer.StartAsync(script);
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_backup_is_followed_to_its_end_and_its_point_is_shown()
    {
        script.Begun = Samples.Job();
        script.Backup = Samples.Backup();
        script.WatchTells(Samples.Job(), Samples.Job(JobState.Succeeded));

        var run = await RunAsync("backup", "run", "--full", "--label", "nightly");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"job {Samples.JobId}", run.OutputLines[0]);
        Assert.Contains("copies          1, same host", run.OutputLines);
        Assert.Equal($"backup of demo succeeded: point {Samples.PointId}, 12.0 s", run.OutputLines[^1]);
        var asked = script.Asked<RunBackupRequest>();
        Assert.Equal(("demo", BackupKind.Full, "nightly"), (asked.Cluster, asked.Kind, asked.Label));
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task A_backup_that_was_made_but_cannot_be_looked_at_now_is_no_failure()
    {
        script.Begun = Samples.Job();
        script.WatchTells(Samples.Job(), Samples.Job(JobState.Succeeded));
        script.Backup = null;

        var run = await RunAsync("backup", "run");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the point was made, but cannot be shown now", run.Error, StringComparison.Ordinal);
        Assert.Equal($"backup of demo succeeded: point {Samples.PointId}, 12.0 s", run.OutputLines[^1]);
    }

    [Fact]
    public async Task A_failed_backup_does_not_name_the_point_that_it_did_not_make()
    {
        script.Begun = Samples.Job();
        script.WatchTells(Samples.Job(), Samples.Job(JobState.Failed));

        var run = await RunAsync("backup", "run");

        Assert.Equal("backup of demo failed, 12.0 s", run.OutputLines[^1]);
    }

    [Fact]
    public async Task No_points_are_not_claimed_while_nodes_could_not_be_asked()
    {
        script.Backups = new ListBackupsResponse
        {
            Unreachable = { new ErrorDetail { Node = "n3", Message = "the agent does not answer", WayOut = "start it" } },
        };

        var run = await RunAsync("backup", "list");

        Assert.Equal(
            [
                "no backup points are known without the nodes that could not be asked",
                "",
                "could not be asked:",
                "  n3: the agent does not answer",
                "    way out: start it",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task Every_option_of_a_backup_reaches_the_coordinator()
    {
        script.Begun = Samples.Job();

        var run = await RunAsync(
            "backup", "run", "other", "--incremental", "--cold", "--exact", "--verify-unchanged", "--objects", "db0",
            "--objects", "db1", "--no-wait");

        Assert.Equal(0, run.ExitCode);
        var expected = new RunBackupRequest
        {
            Cluster = "other",
            Kind = BackupKind.Incremental,
            Cold = true,
            Exact = true,
            VerifyUnchanged = true,
            Objects = { "db0", "db1" },
        };
        Assert.Equal(expected, script.Asked<RunBackupRequest>());
        Assert.Contains($"'cairn job watch {Samples.JobId}' follows it", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_backup_says_why_and_ends_with_3()
    {
        script.Refusal = new CairnException(
            ErrorCode.ClusterLocked, "the cluster demo is held by job x since noon", "wait for it", subject: "demo");

        var run = await RunAsync("backup", "run");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal(
            "cairn: the cluster demo is held by job x since noon\n  way out: wait for it\n  code: CLUSTER_LOCKED\n",
            run.Error);
    }

    [Fact]
    public async Task A_backup_refused_inside_its_job_looks_the_same()
    {
        var failed = Samples.Job(JobState.Failed);
        failed.PointId = "";
        failed.Error = new ErrorDetail { Code = "NO_LEADER", Message = "no instance leads meta", WayOut = "start one" };
        script.Begun = Samples.Job();
        script.WatchTells(failed);

        var run = await RunAsync("backup", "run");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("cairn: no instance leads meta\n  way out: start one\n  code: NO_LEADER\n", run.Error);
        Assert.Equal("backup of demo failed, 12.0 s", run.OutputLines[^1]);
    }

    [Fact]
    public async Task A_partial_backup_ends_with_4()
    {
        script.Begun = Samples.Job();
        script.Backup = Samples.Backup();
        script.Backup.Summary.Partial = true;
        script.Backup.Summary.MissingNodes.Add("n3");
        script.WatchTells(Samples.Job(JobState.Partial));

        var run = await RunAsync("backup", "run");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("state           partial, without n3", run.OutputLines);
    }

    [Fact]
    public async Task For_scripts_a_waited_backup_is_the_job_as_it_ended()
    {
        script.Begun = Samples.Job();
        script.WatchTells(Samples.Job(), Samples.Job(JobState.Succeeded));

        var run = await RunAsync("backup", "run", "-o", "json");

        Assert.Equal(0, run.ExitCode);
        using var document = JsonDocument.Parse(Assert.Single(run.OutputLines));
        Assert.Equal("JOB_STATE_SUCCEEDED", document.RootElement.GetProperty("state").GetString());
        Assert.Equal(Samples.PointId, document.RootElement.GetProperty("pointId").GetString());
    }

    [Fact]
    public async Task Points_are_listed_and_damaged_ones_are_named()
    {
        script.Backups = new ListBackupsResponse
        {
            Points = { Samples.Point() },
            Damaged = { new ErrorDetail { Node = "n3", Message = "record 2026 is cut short", WayOut = "verify it" } },
        };

        var run = await RunAsync("backup", "list");

        Assert.Equal(
            [
                "POINT                    KIND  HOLDS  CREATED               FILES     SIZE   STORED  RATIO  STATE     CAVEATS  LABEL",
                "20261101T120000Z-3fa9c1  full  all    2026-11-01T12:00:00Z  1 210  5.0 MiB  1.5 MiB   0.30  complete  -        nightly",
                "",
                "damaged:",
                "  n3: record 2026 is cut short",
                "    way out: verify it",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task A_point_says_what_it_promises_and_what_it_holds()
    {
        script.Backup = Samples.Backup();
        script.Backup.Summary.Caveats.Add(new Caveat { Name = "exact-replicated", Text = "was not observed" });

        var run = await RunAsync("backup", "show", "latest");

        Assert.Equal(
            [
                "point           20261101T120000Z-3fa9c1",
                "cluster         demo (files)",
                "kind            full, chain c-20261101T120000Z-3fa9c1",
                "holds           the whole cluster",
                "label           nightly",
                "created         2026-11-01T12:00:00Z",
                "state           complete",
                "copies          1, same host",
                "record held by  n1, n2",
                "size            5.0 MiB in 1 210 files, 1.5 MiB stored, ratio 0.30",
                "consistency     all points acknowledged before the start",
                "skew            1.3 s between the first and the last node's first captured byte",
                "caveat          exact-replicated: was not observed",
                "                (a restore needs --accept-caveat exact-replicated)",
                "",
            ],
            run.OutputLines[..15]);
        Assert.StartsWith("NODE  ROLES        FILES     SIZE     STORED  RATIO  CARRIED  CAPTURED AT", run.OutputLines[15], StringComparison.Ordinal);
        Assert.Contains("850 ms", run.OutputLines[16], StringComparison.Ordinal);
        Assert.Contains("2026-11-01T12:00:00.250Z", run.OutputLines[16], StringComparison.Ordinal);
        Assert.EndsWith("cluster metadata", run.OutputLines[16], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_listed_as_they_come_and_cannot_move_the_cursor()
    {
        script.Files.AddRange(
        [
            Entry("db/data", "directory", mode: 0b111_101_000, hash: ""),
            Entry("db/data/a\u001b[2J", "file", mode: 0b110_100_100, hash: new string('a', 64)),
        ]);

        var run = await RunAsync("backup", "files", "demo", "2026", "--node", "n1", "--match", "db/**");

        Assert.Equal(
            [
                "NODE      MODE                  SIZE  MODIFIED                  SHA-256       PATH",
                "n1        drwxr-x---            1234  2026-11-01T12:00:00.000Z  -             db/data",
                @"n1        -rw-r--r--            1234  2026-11-01T12:00:00.000Z  aaaaaaaaaaaa  db/data/a\u001B[2J",
            ],
            run.OutputLines);
        var asked = script.Asked<ListBackupFilesRequest>();
        Assert.Equal(("2026", "n1", "db/**"), (asked.Point, asked.Node, asked.Pattern));
    }

    [Fact]
    public async Task A_damaged_point_is_verified_with_its_damage_and_ends_with_1()
    {
        var failed = Samples.Job(JobState.Failed, "verify");
        failed.Nodes.Add(new JobNode
        {
            Node = "n2",
            State = TaskState.Failed,
            Verify = new VerifyResult
            {
                Files = 10, Bytes = 1024, Damage = { new Damage { File = "db/wal/1", Offset = 4096, What = "hash differs" } },
            },
        });
        failed.Error = new ErrorDetail { Code = "POINT_DAMAGED", Node = "n2", Message = "1 file is damaged", WayOut = "…" };
        script.Begun = Samples.Job(kind: "verify");
        script.WatchTells(failed);

        var run = await RunAsync("backup", "verify", "latest", "--cluster", "demo", "--level", "presence");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(VerifyLevel.Presence, script.Asked<VerifyBackupRequest>().Level);
        Assert.Contains("damaged on n2:", run.OutputLines);
        Assert.Contains("  db/wal/1 at 4 096: hash differs", run.OutputLines);
        Assert.Contains("  code: POINT_DAMAGED\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "and 10 more; '-o json' has them all")]
    [InlineData(1970, "and 1 980 more; '-o json' has the first 30")]
    public async Task Of_many_damages_the_first_are_shown_and_all_are_counted(int leftOut, string rest)
    {
        var failed = Samples.Job(JobState.Failed, "verify");
        var result = new VerifyResult { DamageLeftOut = leftOut };
        result.Damage.AddRange(Enumerable.Range(1, 30).Select(i => new Damage { File = $"db/wal/{i}", What = "hash differs" }));
        failed.Nodes.Add(new JobNode { Node = "n2", State = TaskState.Failed, Verify = result });
        script.Begun = Samples.Job(kind: "verify");
        script.WatchTells(failed);

        var run = await RunAsync("backup", "verify", "latest", "--cluster", "demo");

        Assert.Contains("  db/wal/20 at 0: hash differs", run.OutputLines);
        Assert.Contains($"  {rest}", run.OutputLines);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.25")]
    [InlineData("1")]
    public async Task The_share_that_a_point_may_lose_is_asked_for_only_when_it_is_given(string share)
    {
        script.Begun = Samples.Job(kind: "verify");

        await RunAsync("backup", "verify", "latest", "--cluster", "demo", "--no-wait");
        var standard = script.Asked<VerifyBackupRequest>().HasMaxShrinkage;
        var given = await RunAsync("backup", "verify", "latest", "--cluster", "demo", "--max-shrinkage", share, "--no-wait");

        Assert.False(standard);
        Assert.Equal(0, given.ExitCode);
        Assert.Equal(double.Parse(share, CultureInfo.InvariantCulture), script.Asked<VerifyBackupRequest>().MaxShrinkage);
    }

    [Theory]
    [InlineData("50")]
    [InlineData("-0.1")]
    [InlineData("half")]
    [InlineData("NaN")]
    public async Task A_share_that_is_none_is_refused_before_anything_is_asked(string share)
    {
        var run = await RunAsync("backup", "verify", "latest", "--cluster", "demo", "--max-shrinkage", share);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"--max-shrinkage takes a number from 0 to 1, not '{share}'", run.Error, StringComparison.Ordinal);
    }

    private static NodeEntry Entry(string path, string kind, uint mode, string hash) => new()
    {
        Node = "n1",
        Entry = new PointEntry
        {
            Path = path, Kind = kind, Mode = mode, Size = 1234, Modified = Samples.Noon(), Sha256 = hash,
        },
    };

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
