using Cairn.Integration.Sites;

namespace Cairn.Integration.Online;

/// <summary>A site whose database runs, with one point of one of its databases; shared by tests that say first what they need of it.</summary>
public sealed class SiteWithSelection : IAsyncLifetime
{
    public const string Database = "lost";
    private readonly TemporaryDirectory directory = new();
    private Site? site;

    public Site Site => site ?? throw new InvalidOperationException("not started");

    public string Point { get; private set; } = "";

    public async Task InitializeAsync()
    {
        site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        await site.FillAsync(Database, 50);
        Point = (await site.BackupAsync("--full", "--objects", Database)).GetProperty("pointId").GetString()!;
    }

    public Task EnsureThereAsync() => Site.FillAsync(Database, 50);

    public Task EnsureGoneAsync() => Site.QueryAsync($"DROP DATABASE {Database}");

    /// <summary>Its directories below every node's data and WAL.</summary>
    public IReadOnlyList<string> DirectoriesOfDatabase() =>
    [
        .. Enumerable.Range(1, Site.Files.Nodes).SelectMany(node => (string[])[Site.Files.Data(node), Site.Files.Wal(node)])
            .Select(root => Path.Combine(root, Database)).Where(Directory.Exists),
    ];

    public async Task DisposeAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        directory.Dispose();
    }
}
