using System.Text.Json;
using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Recovery;

/// <summary><c>cairn-agent recover …</c> where coordinator, agent and its state are gone.</summary>
public sealed class RecoveryCommandTests
{
    [Fact]
    public async Task A_node_comes_back_from_its_repository_and_the_databases_own_configuration_alone()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        Directory.Delete(scene.Agent.Files.At("db"), recursive: true);

        var listed = await RecoveryScene.RunAsync(0, "list", "--repository", scene.Agent.Files.At("repository"));
        var verified = await RecoveryScene.RunAsync(0, "verify", "latest", "--repository", scene.Agent.Files.At("repository"));
        await RecoveryScene.RunAsync(0, ["run", "latest", "--yes", .. scene.Named]);

        Assert.Contains(scene.Point.Text, listed, StringComparison.Ordinal);
        Assert.Contains("is sound", verified, StringComparison.Ordinal);
        Assert.Equal(scene.DataAtBackup, scene.DataBefore);
        Assert.Equal("metadata of the beginning", await File.ReadAllTextAsync(scene.Agent.Files.At("db", "meta", "raft.db")));
    }

    [Theory]
    [InlineData("--passphrase-file")]
    [InlineData("--passphrase-variable")]
    [InlineData("--key-file")]
    public async Task A_node_comes_back_from_an_encrypted_repository_by_its_key_and_without_it_by_nothing(string option)
    {
        var (variable, kept) = ($"CAIRN_TEST_{Guid.NewGuid():N}", "");
        await using var scene = await RecoveryScene.MakeAsync(agent =>
        {
            kept = option == "--passphrase-variable" ? variable : agent.Files.Write("secret", option == "--key-file" ? $"{Guid.NewGuid():N}" : "a phrase of words\n");
            Environment.SetEnvironmentVariable(variable, "a phrase of words");
            agent.RepositoryKey = new KeySource(
                option switch
                {
                    "--key-file" => KeySourceKind.KeyFile, "--passphrase-file" => KeySourceKind.PassphraseFile, _ => KeySourceKind.PassphraseVariable,
                },
                kept);
        });
        string[] repository = ["--repository", scene.Agent.Files.At("repository")];
        string[] key = [option, kept];
        var wrong = scene.Agent.Files.Write("wrong", "another phrase");
        var before = scene.DataBefore;

        var keyless = await RecoveryScene.RunAsync(3, ["run", "latest", "--yes", .. scene.Named]);
        var refused = await RecoveryScene.RunAsync(3, ["plan", "latest", "--passphrase-file", wrong, .. scene.Named]);
        var listed = await RecoveryScene.RunAsync(0, ["list", .. repository, .. key]);
        var verified = await RecoveryScene.RunAsync(0, ["verify", "latest", "--level", "restore", .. repository, .. key]);
        var planned = await RecoveryScene.RunAsync(0, ["plan", "latest", .. scene.Named, .. key]);
        var untouched = scene.DataBefore;
        await RecoveryScene.RunAsync(0, ["run", "latest", "--yes", .. scene.Named, .. key]);
        var restored = scene.DataBefore;
        await RecoveryScene.RunAsync(0, "undo", "--config", scene.Kept, "--yes");
        var undone = scene.DataBefore;
        await RecoveryScene.RunAsync(0, "run", "latest", "--config", scene.Kept, "--yes");

        Assert.Contains("code: REPOSITORY_KEY", keyless, StringComparison.Ordinal);
        Assert.Contains("code: REPOSITORY_KEY", refused, StringComparison.Ordinal);
        Assert.Contains(scene.Point.Text, listed, StringComparison.Ordinal);
        Assert.Contains("is sound", verified, StringComparison.Ordinal);
        Assert.Contains("will do:  plain1/data: 2 files", planned, StringComparison.Ordinal);
        Assert.Equal(before, untouched);
        Assert.Equal(before, undone);
        Assert.Equal(scene.DataAtBackup, restored);
        Assert.Equal(scene.DataAtBackup, scene.DataBefore);
    }

    [Fact]
    public async Task A_plan_prints_every_check_with_its_finding_in_text_and_as_json_and_touches_no_data()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        var before = scene.DataBefore;

        var text = await RecoveryScene.RunAsync(0, ["plan", scene.Point.Text, .. scene.Named]);
        var json = await RecoveryScene.RunAsync(0, ["plan", scene.Point.Text, "-o", "json", .. scene.Named]);

        Assert.Equal(before, scene.DataBefore);
        Assert.False(Directory.Exists(scene.Agent.Files.At("db", ".cairn")));
        var plan = JsonDocument.Parse(json).RootElement;
        Assert.True(plan.GetProperty("possible").GetBoolean());
        var checks = plan.GetProperty("nodes")[0].GetProperty("precheck").GetProperty("checks").EnumerateArray()
            .Select(check => check.GetProperty("name").GetString()!).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "repository", "no-restore", "point", "cluster", "caveats", "stopped", "instances", "layout", "roots", "rename", "space", "owners",
            },
            checks);
        Assert.All(checks, name => Assert.Contains($"ok      {name}", text, StringComparison.Ordinal));
        Assert.Contains($"will do:  plain1/data: 2 files", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_replaced_is_kept_beside_comes_back_by_undo_and_goes_by_discard()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        var before = scene.DataBefore;
        var printed = await RecoveryScene.RunAsync(0, ["run", "latest", "--yes", .. scene.Named]);
        var restored = scene.DataBefore;

        await RecoveryScene.RunAsync(0, "undo", "--config", scene.Kept, "--yes");
        var undone = scene.DataBefore;
        var discarded = await RecoveryScene.RunAsync(0, "discard", "--config", scene.Kept, "--yes");

        Assert.Contains($"recover undo --config {scene.Kept}", printed, StringComparison.Ordinal);
        Assert.Equal(scene.DataAtBackup, restored);
        Assert.Equal(before, undone);
        Assert.Contains("are free again", discarded, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scene.Agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task While_an_agent_works_on_the_node_a_recovery_is_refused_and_the_other_way_round()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        await scene.Agent.StartAgainAsync();

        var sameState = await RecoveryScene.RunAsync(3, ["run", "latest", "--yes", .. scene.Named[..4], "--state", scene.Agent.Files.At("state")]);
        await scene.Agent.Client.DescribeAsync(new V1.DescribeRequest());
        var otherState = await RecoveryScene.RunAsync(3, ["run", "latest", "--yes", .. scene.Named]);
        await scene.Agent.StopAsync();
        var settings = scene.Agent.Settings();
        CairnException agentRefused;
        await using (await Agent.Recovery.RecoveryHost.BuildAsync(settings, TimeProvider.System, new Agent.Restore.NoHook(), CancellationToken.None))
        {
            agentRefused = await Assert.ThrowsAsync<CairnException>(scene.Agent.StartAgainAsync);
        }

        Assert.Contains(scene.Agent.Files.At("state"), sameState, StringComparison.Ordinal);
        Assert.Contains("REPOSITORY_UNUSABLE", otherState, StringComparison.Ordinal);
        Assert.Contains(scene.Agent.Files.At("state"), agentRefused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_node_of_several_is_recovered_only_when_that_is_said()
    {
        await using var scene = await RecoveryScene.MakeAsync("node2", "node3");

        var refused = await RecoveryScene.RunAsync(3, ["plan", "latest", .. scene.Named]);
        var done = await RecoveryScene.RunAsync(0, ["run", "latest", "--yes", "--accept-caveat", "one-node-alone", .. scene.Named]);

        Assert.Contains("need not fit what node2, node3 hold now", refused, StringComparison.Ordinal);
        Assert.Contains("CAVEAT_NOT_ACCEPTED", refused, StringComparison.Ordinal);
        Assert.Contains("before any instance is started: bring node2, node3 to the same point", done, StringComparison.Ordinal);
        Assert.Equal(scene.DataAtBackup, scene.DataBefore);
    }

    [Fact]
    public async Task A_recovery_over_a_running_database_is_refused_and_all_obstacles_are_named()
    {
        await using var scene = await RecoveryScene.MakeAsync("node2");
        scene.Agent.Files.Write("running", "process");
        var before = scene.DataBefore;

        var refused = await RecoveryScene.RunAsync(3, ["run", "latest", "--yes", .. scene.Named]);

        Assert.Contains("code: INSTANCE_RUNNING", refused, StringComparison.Ordinal);
        Assert.Contains("code: CAVEAT_NOT_ACCEPTED", refused, StringComparison.Ordinal);
        Assert.Contains("2 checks did not pass", refused, StringComparison.Ordinal);
        Assert.Equal(before, scene.DataBefore);
    }

    [Fact]
    public async Task Without_a_terminal_it_needs_a_word_and_without_instances_it_says_which_the_point_has()
    {
        await using var scene = await RecoveryScene.MakeAsync();

        var unnamed = await RecoveryScene.RunAsync(2, "run", "latest", "--yes", "--repository", scene.Agent.Files.At("repository"), "--state", scene.State);
        var nothing = await RecoveryScene.RunAsync(2, "run", "latest", "--yes");

        Assert.Contains("the point has the instance(s) plain1 (plain)", unnamed, StringComparison.Ordinal);
        Assert.Contains("--repository DIR", nothing, StringComparison.Ordinal);
    }
}
