using Cairn.Integration.Refusals;
using Cairn.Integration.Sites;

namespace Cairn.Integration.Online;

/// <summary>What stands in the way of bringing a database back is said before anything is touched; what goes wrong later is taken back, or named.</summary>
[Collection(FixedAddresses.Name)]
public sealed class OnlineRefusalTests(SiteWithSelection with) : IClassFixture<SiteWithSelection>
{
    private Site Site => with.Site;

    [Fact]
    public async Task A_database_that_is_there_is_not_replaced()
    {
        await with.EnsureThereAsync();

        var refused = await Site.RestoreOnlineAsync();

        Assert.Equal("ALREADY_EXISTS", refused.Failure.Code);
        Assert.Contains("DROP DATABASE", refused.Failure.WayOut, StringComparison.Ordinal);
        Assert.Equal(3, refused.ExitCode);
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task A_directory_that_a_drop_has_left_is_named_with_its_node()
    {
        await with.EnsureThereAsync();
        await Site.Client.PostAsync($"http://{Site.Files.Host(2)}:8400/double/control?drop=keeps-files", CancellationToken.None);
        await Site.QueryAsync($"DROP DATABASE {SiteWithSelection.Database}");

        var refused = await Site.RestoreOnlineAsync();
        await Site.Client.PostAsync($"http://{Site.Files.Host(2)}:8400/double/control?drop=", CancellationToken.None);
        foreach (var left in with.DirectoriesOfDatabase())
        {
            Directory.Delete(left, recursive: true);
        }

        Refused.With(refused, "ALREADY_EXISTS", "node-2", SiteWithSelection.Database, "is there already");
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task Points_of_the_whole_and_of_a_part_are_not_taken_for_one_another()
    {
        var whole = (await Site.BackupAsync("--full")).GetProperty("pointId").GetString()!;

        var wholeOnline = await Site.CliAsync("restore", "plan", Site.Cluster, whole, "--online", "--objects", SiteWithSelection.Database);
        var partOffline = await Site.CliAsync(["restore", "plan", Site.Cluster, with.Point, .. await Site.AcceptedAsync(with.Point)]);
        var other = await Site.CliAsync("restore", "plan", Site.Cluster, with.Point, "--online", "--objects", "iot");
        var withoutOnline = await Site.CliAsync("restore", "plan", Site.Cluster, with.Point, "--objects", SiteWithSelection.Database);
        var recover = await Site.CliAsync("backup", "run", Site.Cluster, "--incremental", "--objects", "iot");

        Assert.Equal("UNSUPPORTED", wholeOnline.Failure.Code);
        Assert.Contains("holds the whole cluster", wholeOnline.Failure.Message, StringComparison.Ordinal);
        Assert.Equal("UNSUPPORTED", partOffline.Failure.Code);
        Assert.Contains($"holds {SiteWithSelection.Database} only", partOffline.Failure.Message, StringComparison.Ordinal);
        Assert.Equal("INVALID_REQUEST", other.Failure.Code);
        Assert.Equal("INVALID_REQUEST", withoutOnline.Failure.Code);
        Assert.Equal("POINT_NOT_FOUND", recover.Failure.Code);
    }

    [Fact]
    public async Task A_database_that_is_not_there_cannot_be_selected()
    {
        var refused = await Site.CliAsync("backup", "run", Site.Cluster, "--objects", "nosuch*");

        Assert.Equal("INVALID_REQUEST", refused.Failure.Code);
        Assert.Contains("iot, late", refused.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_database_refuses_is_taken_out_again_everywhere()
    {
        await with.EnsureGoneAsync();
        await Site.ControlAsync(8091, "recover-meta=refuse");

        var failed = await Site.RestoreOnlineAsync();
        await Site.ControlAsync(8091, "recover-meta=");

        Assert.Equal("ENGINE_ANSWER", failed.Failure.Code);
        Assert.Contains("400", failed.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SiteWithSelection.Database, await Site.DatabasesAsync());
        Assert.Empty(with.DirectoriesOfDatabase());
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task A_database_that_is_told_and_does_not_do_it_is_left_for_the_operator_who_can_undo()
    {
        await with.EnsureGoneAsync();
        await Site.ControlAsync(8091, "recover-meta=nothing");

        var unclear = await Site.RestoreOnlineAsync();
        await Site.ControlAsync(8091, "recover-meta=");
        var inPlace = with.DirectoriesOfDatabase();
        var undone = await Site.CliAsync("restore", "undo", Site.Cluster, "--yes");
        var afterUndo = with.DirectoriesOfDatabase();
        var discarded = await Site.CliAsync("restore", "discard", Site.Cluster, "--yes");

        Assert.Equal("ADOPTION_UNCLEAR", unclear.Failure.Code);
        Assert.Contains("restore undo", unclear.Failure.WayOut, StringComparison.Ordinal);
        Assert.NotEmpty(inPlace);
        Assert.True(undone.ExitCode == 0, undone.ToString());
        Assert.Empty(afterUndo);
        Assert.True(discarded.ExitCode == 0, discarded.ToString());
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task A_catalogue_that_is_changed_behind_a_400_is_named_and_its_files_are_not_taken_from_under_it()
    {
        await with.EnsureGoneAsync();
        await Site.ControlAsync(8091, "recover-meta=half");

        var unclear = await Site.RestoreOnlineAsync();
        await Site.ControlAsync(8091, "recover-meta=");
        var undo = await Site.CliAsync("restore", "undo", Site.Cluster, "--yes");
        await Site.QueryAsync($"DROP DATABASE {SiteWithSelection.Database}");
        var undoAfterDrop = await Site.CliAsync("restore", "undo", Site.Cluster, "--yes");
        var discarded = await Site.CliAsync("restore", "discard", Site.Cluster, "--yes");

        Assert.Equal("ADOPTION_UNCLEAR", unclear.Failure.Code);
        Assert.Contains("belongs to no store", unclear.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("DROP DATABASE", unclear.Failure.WayOut, StringComparison.Ordinal);
        Assert.Equal("ALREADY_EXISTS", undo.Failure.Code);
        Assert.True(undoAfterDrop.ExitCode == 0, undoAfterDrop.ToString());
        Assert.True(discarded.ExitCode == 0, discarded.ToString());
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task Without_another_database_the_order_is_not_given_that_would_kill_the_catalogue()
    {
        await with.EnsureGoneAsync();
        var others = await Site.DatabasesAsync();
        foreach (var other in others)
        {
            await Site.QueryAsync($"DROP DATABASE {other}");
        }

        var refused = await Site.RestoreOnlineAsync();
        await Site.QueryAsync("CREATE DATABASE keep");
        var restored = await Site.RestoreOnlineAsync();

        Assert.Equal("UNSUPPORTED", refused.Failure.Code);
        Assert.Contains("Raft log", refused.Failure.Message, StringComparison.Ordinal);
        Assert.True(restored.ExitCode == 0, restored.ToString());
        Assert.Contains(SiteWithSelection.Database, await Site.DatabasesAsync());
        foreach (var other in others.Where(name => name is "iot" or "late" or "ops"))
        {
            await Site.QueryAsync($"CREATE DATABASE {other}");
        }
    }
}
