using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cairn.Integration.Sites;

namespace Cairn.Integration.Refusals;

/// <summary>A restore that cannot be right is refused before a live byte is touched, and says why.</summary>
[Collection(FixedAddresses.Name)]
public sealed class RestoreRefusalTests(StoppedSite stopped) : IClassFixture<StoppedSite>
{
    private Site Site => stopped.Site;

    [Fact]
    public async Task A_port_that_something_else_holds_is_named()
    {
        using var holder = new TcpListener(IPAddress.Parse("127.0.0.2"), 8400);
        holder.Start();

        var refused = await RestoreAsync(stopped.Point);

        Refused.With(refused, "PORT_TAKEN", "node-2", "127.0.0.2:8400");
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_directory_outside_the_roots_is_named()
    {
        var config = Site.Files.Configs[2];
        var lines = await File.ReadAllLinesAsync(config);
        var outside = stopped.Below("elsewhere");
        Directory.CreateDirectory(outside);
        await File.WriteAllLinesAsync(config, lines.Select(
            line => line.TrimStart().StartsWith("store-data-dir", StringComparison.Ordinal) ? $"  store-data-dir = \"{outside}\"" : line));

        var refused = await RestoreAsync(stopped.Point);
        await File.WriteAllLinesAsync(config, lines);

        Refused.With(refused, "OUTSIDE_ROOTS", "node-3", outside);
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_point_that_is_not_there_is_refused()
    {
        var refused = await RestoreAsync("20200101T000000Z-000000");

        Refused.With(refused, "POINT_NOT_FOUND", "", "20200101T000000Z-000000");
    }

    [Fact]
    public async Task Another_cluster_s_point_is_refused()
    {
        (await Site.CliAsync(["cluster", "add", "other", "--engine", "opengemini", .. Site.Nodes.SelectMany(node => (string[])["--node", node])])).Done();

        var refused = await Site.CliAsync("restore", "run", "other", stopped.Point, "--yes");

        Refused.With(refused, "WRONG_CLUSTER", "", Site.Cluster, "other");
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task Too_little_space_is_refused_with_the_numbers()
    {
        await Site.RestartAgentAsync("node-1", setup => setup with { Limits = [.. setup.Limits, "free-floor: 900TiB"] });

        var refused = await RestoreAsync(stopped.Point);
        await Site.RestartAgentAsync("node-1", setup => setup with { Limits = [.. setup.Limits.Where(line => !line.StartsWith("free-floor", StringComparison.Ordinal))] });

        Refused.With(refused, "NO_SPACE", "node-1");
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_repository_that_is_not_empty_and_not_ours_is_refused_and_left_alone()
    {
        var foreign = stopped.Below("foreign");
        Directory.CreateDirectory(foreign);
        await File.WriteAllLinesAsync(Path.Combine(foreign, "precious"), ["mine"]);
        await Site.RestartAgentAsync("node-2", setup => setup with { Repository = foreign });

        var refused = await Site.CliAsync("backup", "run", Site.Cluster, "--cold");
        var check = await Site.Cairn.CheckAgentAsync("node-2", CancellationToken.None);
        await Site.RestartAgentAsync("node-2", setup => setup with { Repository = null });

        Refused.With(refused, "REPOSITORY_FOREIGN", "node-2", foreign);
        Assert.Equal(2, check.ExitCode);
        Assert.Contains(foreign, check.Output + check.Error, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(foreign, "precious")], Directory.EnumerateFileSystemEntries(foreign));
    }

    [Fact]
    public async Task A_point_with_other_roles_or_addresses_than_now_is_refused_with_every_difference()
    {
        var config = Site.Files.Configs[1];
        var text = await File.ReadAllTextAsync(config);
        await File.WriteAllLinesAsync(config, [text.Replace("127.0.0.2:8400", "127.0.0.22:8400", StringComparison.Ordinal)]);

        var refused = await RestoreAsync(stopped.Point);
        await File.WriteAllLinesAsync(config, [text]);

        var failure = refused.Failure;
        Assert.True(failure.Code == "TOPOLOGY_MISMATCH", refused.ToString());
        Assert.Contains("127.0.0.22:8400", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, refused.ExitCode);
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_damaged_point_is_named_by_verify_and_never_reaches_the_data()
    {
        var pack = new DirectoryInfo(Site.Cairn.RepositoryOf("node-2")).EnumerateFiles("*", SearchOption.AllDirectories)
            .MaxBy(file => file.Length)!;
        await FlipAsync(pack.FullName);

        var verified = await Site.CliAsync("backup", "verify", Site.Cluster, stopped.Point);
        var refused = await RestoreAsync(stopped.Point);
        await FlipAsync(pack.FullName);
        var mended = await Site.CliAsync("backup", "verify", Site.Cluster, stopped.Point);

        Assert.Equal("POINT_DAMAGED", verified.Failure.Code);
        Assert.Equal("node-2", verified.Failure.Node);
        Assert.Equal("POINT_DAMAGED", refused.Failure.Code);
        Assert.Equal("node-2", refused.Failure.Node);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Equal(0, mended.ExitCode);
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task Files_held_open_by_a_process_that_the_agent_cannot_see_are_found()
    {
        await Site.RestartAgentAsync("node-2", setup => setup with { StartedBy = Namespaces.OfItsOwnProcesses });
        var file = Directory.GetFiles(Site.Files.Data(2), "*.tssp", SearchOption.AllDirectories)[0];
        var held = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        var refused = await RestoreAsync(stopped.Point);
        await held.DisposeAsync();
        await Site.RestartAgentAsync("node-2", setup => setup with { StartedBy = [] });

        Refused.With(refused, "INSTANCE_RUNNING", "node-2", file, "PID namespace");
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task An_openGemini_process_that_may_not_be_looked_into_is_a_refusal_that_names_it()
    {
        // Another instance's server, on other addresses; with its configuration gone nothing shows whose data it holds.
        var config = stopped.Below("another.conf");
        await File.WriteAllLinesAsync(config, [(await File.ReadAllTextAsync(Site.Files.Configs[0]))
            .Replace("127.0.0.1", "127.0.0.33", StringComparison.Ordinal).Replace(Site.Files.Root, stopped.Below("another"), StringComparison.Ordinal)]);
        var programs = TestKit.Processes.OpenGeminiDouble.InstallInto(stopped.Below("bin"));
        await using var other = TestKit.Processes.ChildProcess.Start(
            Path.Combine(programs, "ts-store"), ["-config", config], new Dictionary<string, string> { ["OPENGEMINI_DOUBLE"] = "undumpable=on" });
        await TestKit.Eventually.HoldsAsync(
            "the other server listens",
            () => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Contains(IPEndPoint.Parse("127.0.0.33:8401")),
            TimeSpan.FromSeconds(20),
            CancellationToken.None);
        File.Delete(config);
        await Site.RestartAgentAsync("node-1", setup => setup with { StartedBy = Namespaces.WithoutTracing });

        var refused = await RestoreAsync(stopped.Point);
        await other.KillAsync();
        await Site.RestartAgentAsync("node-1", setup => setup with { StartedBy = [] });

        Refused.With(refused, "CANNOT_TELL", "node-1", $"{other.Id}");
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_directory_that_is_a_mount_point_cannot_be_renamed_and_is_named()
    {
        var data = Site.Files.Data(3);
        await Site.RestartAgentAsync("node-3", setup => setup with { StartedBy = Namespaces.WithMountAt(data) });

        var refused = await RestoreAsync(stopped.Point);
        await Site.RestartAgentAsync("node-3", setup => setup with { StartedBy = [] });

        Refused.With(refused, "RENAME_IMPOSSIBLE", "node-3", data);
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_backup_during_a_restore_names_the_job_that_holds_the_cluster()
    {
        // An agent that does not answer keeps the restore in its first phase for the deadline of a call.
        Site.Cairn.Agent("node-3").Freeze();
        var restore = await Site.BeginAsync(["restore", "run", Site.Cluster, stopped.Point, "--yes", .. await Site.AcceptedAsync(stopped.Point)]);

        var backup = await Site.CliAsync("backup", "run", Site.Cluster, "--cold");
        var end = await Site.EndOfAsync(restore);
        Site.Cairn.Agent("node-3").Thaw();
        await Site.Cairn.WaitForAgentsAsync(CancellationToken.None);

        Refused.With(backup, "CLUSTER_LOCKED", "", restore);
        Assert.Equal("AGENT_UNREACHABLE", end.Error.Code);
        Assert.Equal("node-3", end.Error.Node);
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_point_of_nodes_with_other_names_is_refused()
    {
        await Task.WhenAll(Site.Nodes.Select(Site.Cairn.KillAgentAsync));
        TestKit.Processes.CliResult refused;
        await using (var renamed = new TestKit.Processes.CairnSystem(stopped.Below("renamed"), Site.Cluster, "opengemini"))
        {
            await renamed.StartAsync(
                [
                    .. Enumerable.Range(1, 3).Select(node => new TestKit.Processes.AgentSetup(
                        $"other-{node}", "opengemini", Site.Files.Configs[node - 1], [Site.Files.NodeDirectory(node)])
                    {
                        Repository = Site.Cairn.RepositoryOf(Site.Name(node)),
                    }),
                ],
                CancellationToken.None);
            refused = await renamed.CliAsync(["restore", "run", Site.Cluster, stopped.Point, "--yes"], CancellationToken.None);
        }

        foreach (var node in Site.Nodes)
        {
            await Site.Cairn.StartAgentAsync(node, CancellationToken.None);
        }

        await Site.Cairn.WaitForAgentsAsync(CancellationToken.None);

        Assert.True(refused.Failure.Code == "TOPOLOGY_MISMATCH", refused.ToString());
        Assert.Contains("other-1", refused.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, refused.ExitCode);
        stopped.AssertUntouched();
    }

    [Fact]
    public async Task A_plan_shows_every_check_and_touches_nothing()
    {
        var plan = (await Site.CliAsync(["restore", "plan", Site.Cluster, stopped.Point, .. await Site.AcceptedAsync(stopped.Point)])).Done().Last;

        Assert.True(plan.GetProperty("possible").GetBoolean());
        Assert.Equal(Site.Nodes, plan.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("node").GetString()!).Order(StringComparer.Ordinal));
        stopped.AssertUntouched();
    }

    private async Task<TestKit.Processes.CliResult> RestoreAsync(string point) => await Site.CliAsync(
        ["restore", "run", Site.Cluster, point, "--yes", .. point == stopped.Point ? await Site.AcceptedAsync(point) : []]);

    /// <summary>Turns bits in the middle of a file over; the second time puts them back.</summary>
    private static async Task FlipAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position = file.Length / 2;
        file.WriteByte((byte)(value ^ 0xff));
    }
}
