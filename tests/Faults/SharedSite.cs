using Cairn.Faults.Hosts;

namespace Cairn.Faults;

/// <summary>One site for all tests, one at a time, as long as each leaves it as it must be; the test after one that did not has a new one.</summary>
public sealed class SharedSite : IAsyncLifetime
{
    private readonly Plot plot = Plot.Take();
    private FaultSite? site;

    /// <summary>Runs a test on the site, which must be sound at its end.</summary>
    internal async Task UseAsync(Func<FaultSite, Task> test)
    {
        site ??= await FaultSite.StartAsync(plot);
        try
        {
            await test(site);
            await site.RequireSoundAsync();
        }
        catch
        {
            await TearDownAsync();
            throw;
        }
    }

    /// <summary>As if this run had been killed: the site stays, and nobody has it.</summary>
    internal void Forget() => site = null;

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await TearDownAsync();
        plot.Dispose();
    }

    private async Task TearDownAsync()
    {
        if (site is { } old)
        {
            site = null;
            await old.DisposeAsync();
        }
    }

    /// <summary>The tests that share it.</summary>
    [CollectionDefinition(Name)]
    public sealed class Tests : ICollectionFixture<SharedSite>
    {
        public const string Name = "one site";
    }
}
