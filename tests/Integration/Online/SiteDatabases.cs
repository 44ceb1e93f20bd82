using System.Text.Json;
using Cairn.Integration.Sites;
using Cairn.TestKit.Processes;

namespace Cairn.Integration.Online;

/// <summary>What these tests do to a site and its database.</summary>
internal static class SiteDatabases
{
    /// <summary>Runs a statement.</summary>
    public static async Task QueryAsync(this Site site, string statement) =>
        (await site.Client.QueryAsync(site.Files.Host(1), statement, "", CancellationToken.None)).Dispose();

    /// <summary>Makes a database with so many points at least, and returns its rows.</summary>
    public static async Task<HashSet<string>> FillAsync(this Site site, string database, int points)
    {
        await site.QueryAsync($"CREATE DATABASE {database}");
        await using var load = new LoadWriter([site.Files.Host(1), site.Files.Host(2)], database, "m", TimeSpan.FromMilliseconds(2));
        await load.WaitForAsync(points, CancellationToken.None);
        await load.StopAsync();
        return load.Acknowledged();
    }

    /// <summary>Sets a control on the processes of all nodes that listen on a port.</summary>
    public static async Task ControlAsync(this Site site, int port, string control)
    {
        for (var node = 1; node <= site.Files.Nodes; node++)
        {
            await site.Client.PostAsync($"http://{site.Files.Host(node)}:{port}/double/control?{control}", CancellationToken.None);
        }
    }

    /// <summary>Brings objects of the site's point back, accepting by name whatever it does not promise.</summary>
    public static async Task<CliResult> RestoreOnlineAsync(this Site site, params string[] options)
    {
        var point = (await site.CliAsync("backup", "list", Site.Cluster)).Done().Last.GetProperty("points").EnumerateArray()
            .Last(summary => summary.GetProperty("objects").GetArrayLength() > 0).GetProperty("pointId").GetString()!;
        return await site.CliAsync(["restore", "run", Site.Cluster, point, "--online", "--yes", .. options, .. await site.AcceptedAsync(point)]);
    }

    /// <summary>How often the catalogue has changed the ownership of each partition of a database.</summary>
    public static async Task<IReadOnlyList<long>> PartitionVersionsAsync(this Site site, string database)
    {
        using var catalogue = JsonDocument.Parse(await site.Client.GetAsync($"http://{site.Files.Host(1)}:8091/getdata", CancellationToken.None));
        return [.. catalogue.RootElement.GetProperty("PtView").GetProperty(database).EnumerateArray().Select(partition => partition.GetProperty("Ver").GetInt64())];
    }
}
