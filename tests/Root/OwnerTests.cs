using Cairn.Root.Tests.Sites;
using Cairn.TestKit.Processes;

namespace Cairn.Root.Tests;

/// <summary>Owners of files, users of agents, and processes of others.</summary>
public sealed class OwnerTests : IAsyncLifetime
{
    private static readonly string[] AsNobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
    private readonly RootSite site = new();

    public Task InitializeAsync() => site.InitializeAsync();

    public Task DisposeAsync() => site.DisposeAsync();

    [Fact]
    public async Task Files_of_several_users_also_of_nameless_ones_come_back_to_their_owners()
    {
        await site.StartAsync();
        site.Write("secret", "of nobody alone");
        Shell.Run($"cd '{site.Data}' && chown -R nobody:nogroup . && chown 54321:12345 below/two && chown -h root:root one && chmod 600 secret && chmod 750 below");
        var saved = site.Look();
        var point = await site.BackUpAsync();
        Directory.Delete(site.Data, recursive: true);
        site.Write("one", "of root");

        await site.RestoreAsync(point);

        Assert.Equal(saved, site.Look());
    }

    [Fact]
    public async Task A_user_whose_number_is_another_on_the_new_host_gets_the_files_by_name()
    {
        await site.StartAsync();
        await site.RestartAgentAsync(KnowingDatabaseUserAs(4711));
        Shell.Run($"chown -R 4711 '{site.Data}'");
        var point = await site.BackUpAsync();
        await site.RestartAgentAsync(KnowingDatabaseUserAs(4722));

        await site.RestoreAsync(point);

        Assert.Equal("4722", Shell.Run($"find '{site.Data}' -printf '%U\\n' | sort -u"));
    }

    [Fact]
    public async Task An_agent_that_runs_as_the_databases_user_backs_up_restores_undoes_and_discards()
    {
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}'");
        await StartAsNobodyAsync();
        var saved = site.Look();
        var point = await site.BackUpAsync();
        site.Write("one", "spoiled");
        var spoiled = site.Look();

        await site.RestoreAsync(point);
        var restored = site.Look();
        await site.DoneAsync("restore", "undo", RootSite.Cluster, "--yes");
        var undone = site.Look();
        await site.DoneAsync("restore", "discard", RootSite.Cluster, "--yes");

        Assert.Equal(saved, restored);
        Assert.Equal(spoiled, undone);
        Assert.False(Directory.Exists(site.At("db", ".cairn")));
    }

    [Fact]
    public async Task An_agent_that_is_not_root_refuses_what_would_come_back_with_a_wrong_owner()
    {
        // Who is not root keeps another's owner only by a hard link, for which it must be able to write the file.
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}' && chown 54321 '{site.Data}/one' && chmod 666 '{site.Data}/one'");
        site.Setup = site.Setup with { InstanceLines = [.. site.Setup.InstanceLines, "  immutable: ['data/**']"] };
        await StartAsNobodyAsync();
        var point = await site.BackUpAsync();
        Shell.Run($"chown nobody '{site.Data}/one'");

        var (code, finding, wayOut) = await site.RefusedAsync(point, "owners");

        Assert.Equal("PERMISSION_MISSING", code);
        Assert.Contains("user(s) 54321", finding, StringComparison.Ordinal);
        Assert.Contains("root", wayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_an_agent_made_which_is_not_root_is_of_the_owner_of_the_live_file_and_root_brings_it_back_to_him()
    {
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}' && chown 54321:12345 '{site.Data}/one' '{site.Data}/below' && chmod 644 '{site.Data}/one'");
        await StartAsNobodyAsync();
        var saved = site.Look();
        var point = await site.BackUpAsync();

        var (code, finding, _) = await site.RefusedAsync(point, "owners");
        await site.RestartAgentAsync();
        await site.RestoreAsync(point);

        Assert.Equal("PERMISSION_MISSING", code);
        Assert.Contains("user(s) 54321", finding, StringComparison.Ordinal);
        Assert.Equal(saved, site.Look());
        Assert.DoesNotContain("cairn", Shell.Run($"getfattr -R -d '{site.Data}' 2>/dev/null || true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_of_anothers_file_that_nobody_may_write_has_its_owner_and_its_attributes_too()
    {
        // Mode and ACL take from the agent what it needs to keep owner and attributes with its copy.
        Shell.Run(
            $"chown -R nobody:nogroup '{site.At("db")}' && cd '{site.Data}' && echo bare > bare && chown 54321:nogroup one bare && chmod 440 one bare"
            + " && setfattr -n user.kept -v yes one && setfacl -m user:4711:r one");
        await StartAsNobodyAsync();
        var saved = site.Look();
        var point = await site.BackUpAsync();
        await site.RestartAgentAsync();
        Directory.Delete(site.Data, recursive: true);
        site.Write("one", "of root");

        await site.RestoreAsync(point);

        Assert.Equal(saved, site.Look());
        Assert.Contains("user.kept=\"yes\"", Shell.Run($"getfattr -d '{site.Data}/one'"), StringComparison.Ordinal);
        Assert.Contains("user:4711:r--", Shell.Run($"getfacl -n '{site.Data}/one'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_runs_as_the_databases_user_brings_back_attributes_of_a_file_that_nobody_may_write()
    {
        Shell.Run($"cd '{site.Data}' && setfattr -n user.kept -v yes one && chmod 440 one && setfacl -m user:4711:r one && chown -R nobody:nogroup '{site.At("db")}'");
        await StartAsNobodyAsync();
        var point = await site.BackUpAsync();
        site.Write("one", "spoiled");
        Shell.Run($"setfattr -x user.kept '{site.Data}/one'");

        await site.RestoreAsync(point);

        Assert.Contains("user.kept=\"yes\"", Shell.Run($"getfattr -d '{site.Data}/one'"), StringComparison.Ordinal);
        Assert.Contains("user:4711:r--", Shell.Run($"getfacl -n '{site.Data}/one'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_root_copied_for_its_owner_keeps_its_capabilities()
    {
        // Giving a file away takes them.
        await site.StartAsync();
        Shell.Run($"chown nobody '{site.Data}/one' && setcap cap_net_raw+ep '{site.Data}/one'");
        var saved = site.Look();
        var point = await site.BackUpAsync();
        Directory.Delete(site.Data, recursive: true);
        site.Write("one", "of root");

        await site.RestoreAsync(point);

        Assert.Equal(saved, site.Look());
        Assert.Contains("cap_net_raw", Shell.Run($"getcap '{site.Data}/one'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_by_an_agent_that_is_not_root_says_that_the_files_are_its_own_now()
    {
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}' && chown 54321 '{site.Data}/one' && chmod 644 '{site.Data}/one'");
        await StartAsNobodyAsync();
        var point = await site.BackUpAsync();

        var job = await site.DoneAsync("backup", "export", RootSite.Cluster, point, "--to", site.At("db", "out"));

        Assert.Equal("nobody", Shell.Run($"stat -c %U '{site.At("db", "out")}'/*/*/data/one"));
        Assert.Contains("data/one: owner: it belongs to 54321", job.GetProperty("events").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_is_not_root_refuses_what_would_come_back_with_a_wrong_group()
    {
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}' && chown nobody:12345 '{site.Data}/one'");
        await StartAsNobodyAsync();
        var point = await site.BackUpAsync();

        var (code, finding, _) = await site.RefusedAsync(point, "owners");

        Assert.Equal("PERMISSION_MISSING", code);
        Assert.Contains("group(s) 12345", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_may_not_rename_in_the_directory_above_refuses_before_anything_is_touched()
    {
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}'");
        await StartAsNobodyAsync();
        var point = await site.BackUpAsync();
        Shell.Run($"chown root:root '{site.At("db")}' && chmod 755 '{site.At("db")}'");
        var before = site.Look();

        var (code, finding, wayOut) = await site.RefusedAsync(point, "rename");

        Assert.Equal("PERMISSION_MISSING", code);
        Assert.Contains(site.At("db"), finding, StringComparison.Ordinal);
        Assert.Contains("database's user or as root", wayOut, StringComparison.Ordinal);
        Assert.Equal(before, site.Look());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("root")]
    public async Task A_process_of_whatever_user_that_has_a_file_open_is_named_and_keeps_a_restore_away(string user)
    {
        await site.StartAsync();
        Shell.Run($"chown -R nobody:nogroup '{site.Data}'");
        var point = await site.BackUpAsync();
        await using var holder = ChildProcess.Start(
            "setpriv", [$"--reuid={user}", "--clear-groups", "/bin/sh", "-c", $"echo up; exec sleep 600 < '{site.Data}/one'"]);
        await holder.WaitForLineAsync(line => line == "up", "the file is open", TimeSpan.FromSeconds(20), CancellationToken.None);

        var (code, finding, _) = await HeldAsync(point, holder);
        await holder.KillAsync();
        await site.RestoreAsync(point);

        Assert.Equal("INSTANCE_RUNNING", code);
        Assert.Contains($"process {holder.Id} ", finding, StringComparison.Ordinal);
        Assert.Contains($"{site.Data}/one", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_of_root_that_the_databases_user_may_not_look_into_is_noticed_all_the_same()
    {
        Shell.Run($"chown -R nobody:nogroup '{site.At("db")}'");
        await StartAsNobodyAsync();
        var point = await site.BackUpAsync();
        await using var holder = ChildProcess.Start("/bin/sh", ["-c", $"echo up; exec sleep 600 < '{site.Data}/one'"]);
        await holder.WaitForLineAsync(line => line == "up", "the file is open", TimeSpan.FromSeconds(20), CancellationToken.None);

        var (code, finding, _) = await HeldAsync(point, holder);

        Assert.Contains(code, (string[])["INSTANCE_RUNNING", "CANNOT_TELL"]);
        Assert.Contains($"{site.Data}/one", finding, StringComparison.Ordinal);
    }

    private async Task<(string Code, string Finding, string WayOut)> HeldAsync(string point, ChildProcess holder)
    {
        Assert.False(holder.HasExited, holder.Output);
        return await site.RefusedAsync(point, "stopped");
    }

    // The agent's host is one whose database user has this number.
    private string[] KnowingDatabaseUserAs(int number)
    {
        var users = site.At($"passwd-{number}");
        Shell.Run($"(cat /etc/passwd; echo 'cairntestdb:x:{number}:0::/nonexistent:/usr/sbin/nologin') > '{users}'");
        return ["unshare", "--mount", "sh", "-c", $"mount --bind '{users}' /etc/passwd && exec \"$@\"", "sh"];
    }

    private async Task StartAsNobodyAsync()
    {
        foreach (var path in (string[])[site.Cairn.StateOf(RootSite.Node), site.At("cairn", "repository", RootSite.Node)])
        {
            Directory.CreateDirectory(path);
            Shell.Run($"chown nobody:nogroup '{path}'");
        }

        // The token is its owner's alone, and the agent is to be its owner.
        site.Setup = site.Setup with
        {
            StartedBy = ["sh", "-c", $"chown nobody '{site.At("cairn")}'/*.join-token && exec \"$@\"", "sh", .. AsNobody],
        };
        await site.StartAsync();
    }
}
