using Cairn.Integration.Sites;

namespace Cairn.Integration.Refusals;

/// <summary>A site whose database is stopped, with one cold point; shared by tests that put back what they change.</summary>
public sealed class StoppedSite : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private Site? site;

    public Site Site => site ?? throw new InvalidOperationException("not started");

    public string Point { get; private set; } = "";

    public IReadOnlyList<NodeImage> Before { get; private set; } = [];

    public string Below(string name) => directory.Below(name);

    public async Task InitializeAsync()
    {
        site = await Site.CreateAsync("cluster", directory.Path);
        Point = (await site.BackupAsync("--full", "--cold")).GetProperty("pointId").GetString()!;
        Before = site.Files.Images();
    }

    public async Task DisposeAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        directory.Dispose();
    }

    /// <summary>That a refusal touched nothing: no byte of the data, and nothing left beside them.</summary>
    public void AssertUntouched()
    {
        foreach (var (before, now) in Before.Zip(Site.Files.Images()))
        {
            Assert.Empty(before.Data.DifferencesTo(now.Data));
            Assert.Empty(before.Wal.DifferencesTo(now.Wal));
            Assert.Empty(before.Meta.DifferencesTo(now.Meta));
        }

        Assert.Empty(Site.Leftovers());
    }
}
