using Cairn.Integration.Sites;

namespace Cairn.Integration.Refusals;

/// <summary>A site whose database runs, with one point; shared by tests that put back what they change.</summary>
public sealed class RunningSite : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private Site? site;

    public Site Site => site ?? throw new InvalidOperationException("not started");

    public string Point { get; private set; } = "";

    public string Below(string name) => directory.Below(name);

    public async Task InitializeAsync()
    {
        site = await Site.CreateAsync("cluster", directory.Path);
        await site.StartDatabaseAsync();
        Point = (await site.BackupAsync("--full")).GetProperty("pointId").GetString()!;
    }

    public async Task DisposeAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        directory.Dispose();
    }
}
