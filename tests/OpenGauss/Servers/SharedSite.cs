namespace Cairn.OpenGauss.Servers;

/// <summary>One site for all tests that leave it as they found it; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSite : IAsyncLifetime, ICollectionFixture<SharedSite>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "one site";

    /// <summary>The label of <see cref="PointAsync"/>.</summary>
    public const string Label = "nightly of the site";

    private const int Scale = 3;

    private (string Job, string Point)? known;

    public Site Site { get; private set; } = null!;

    /// <summary>A full point of the primary with its log streamed, made when the first test needs it.</summary>
    public async Task<(string Job, string Point)> PointAsync()
    {
        if (known is not { } made)
        {
            var job = await Site.BackupAsync("--full", "--from", "primary", "--wal", "stream", "--label", Label);
            known = made = (job.GetProperty("jobId").GetString()!, job.GetProperty("pointId").GetString()!);
        }

        return made;
    }

    public async Task InitializeAsync() => Site = await Site.StartAsync(Scale);

    public Task DisposeAsync() => Site.DisposeAsync().AsTask();
}
