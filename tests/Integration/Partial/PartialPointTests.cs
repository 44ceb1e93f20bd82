using System.Text.Json;
using Cairn.Integration.Sites;

namespace Cairn.Integration.Partial;

/// <summary>One dead node costs one deadline and not the run; what a point lacks is told; a point goes out and away as a whole.</summary>
[Collection(FixedAddresses.Name)]
public sealed class PartialPointTests
{
    [Fact]
    public async Task A_cluster_with_a_dead_agent_is_backed_up_without_it_exported_and_the_point_deleted_everywhere()
    {
        using var directory = new TemporaryDirectory();
        var export = Directory.CreateDirectory(directory.Below("export")).FullName;
        await using var site = await Site.CreateAsync(
            "cluster", directory.Path, setup => setup with { Roots = [.. setup.Roots, directory.Path] });
        await site.StartDatabaseAsync();
        var whole = (await site.BackupAsync("--full")).GetProperty("pointId").GetString()!;
        var absent = await FollowerAsync(site);
        await site.Cairn.KillAgentAsync(absent);

        var made = await site.CliAsync("backup", "run", Site.Cluster, "--on-node-failure", "partial");
        var point = made.Last.GetProperty("pointId").GetString()!;
        var shown = (await site.CliAsync("backup", "show", Site.Cluster, point)).Done().Last;
        var exported = await site.CliAsync("backup", "export", Site.Cluster, point, "--format", "tar", "--zstd", "1", "--to", export);
        var deleted = await site.CliAsync("backup", "delete", Site.Cluster, whole, "--yes");
        await site.Cairn.StartAgentAsync(absent, CancellationToken.None);
        await site.Cairn.WaitForAgentsAsync(CancellationToken.None);
        var left = (await site.CliAsync("backup", "list", Site.Cluster)).Done().Last.GetProperty("points").EnumerateArray()
            .Select(listed => listed.GetProperty("pointId").GetString());

        Assert.True(made.ExitCode == 4, made.ToString());
        Assert.Equal("JOB_STATE_PARTIAL", made.Last.GetProperty("state").GetString());
        Assert.Equal([absent], Texts(shown.GetProperty("summary").GetProperty("missingNodes")));
        var coverage = shown.GetProperty("record").GetProperty("coverage");
        Assert.False(coverage.GetProperty("whole").GetBoolean());
        Assert.Contains(Texts(coverage.GetProperty("findings")), finding => finding.StartsWith($"{absent} is missing, and with it", StringComparison.Ordinal));
        Assert.True(exported.ExitCode == 0, exported.ToString());
        Assert.Equal(
            site.Nodes.Where(node => node != absent).Select(node => $"{point}-{node}.tar.zst"),
            Directory.EnumerateFiles(export).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(deleted.ExitCode == 0, deleted.ToString());
        Assert.Equal([point], left);
    }

    private static async Task<string> FollowerAsync(Site site)
    {
        var topology = (await site.CliAsync("cluster", "topology", Site.Cluster)).Done().Last;
        var leading = topology.GetProperty("members").EnumerateArray()
            .Where(member => member.GetProperty("leader").GetBoolean())
            .Select(member => member.GetProperty("address").GetString()!.Split(':')[0])
            .ToHashSet();
        return site.Nodes.Last(node => !leading.Contains(site.Files.Host(1 + site.Nodes.ToList().IndexOf(node))));
    }

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!);
}
