namespace Cairn.Agent.Engines.OpenGauss.Pages;

/// <summary>Collects what the page checks of one copy find; the first of them by name. The copy's reader is its one user at a time.</summary>
internal sealed class PageFailures
{
    private const int MaxListed = 100;

    private readonly List<PageFailure> listed = [];

    /// <summary>The first ones.</summary>
    public IReadOnlyList<PageFailure> Listed => listed;

    /// <summary>All of them.</summary>
    public long Count { get; private set; }

    /// <summary>Pages that had to be read again.</summary>
    public long Rereads { get; private set; }

    /// <summary>Takes note of a damaged page.</summary>
    public void Add(string file, long block)
    {
        Count++;
        if (listed.Count < MaxListed)
        {
            listed.Add(new PageFailure(file, block, ""));
        }
    }

    /// <summary>Takes note of a page that did not verify at its first look.</summary>
    public void CountReread(int attempt) => Rereads += attempt == 1 ? 1 : 0;
}
