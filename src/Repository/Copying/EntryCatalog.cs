namespace Cairn.Repository;

/// <summary>Finds entries of a manifest or of journals by path, in a few MiB of memory whatever their number. Not for concurrent use.</summary>
internal sealed class EntryCatalog(string scratchDirectory) : IDisposable
{
    private readonly List<EntryCursor> sources = [];
    private readonly DiskTable<CataloguedPath> places = new(scratchDirectory);
    private bool isAhead;

    /// <summary>True when there is nothing to find.</summary>
    public bool IsEmpty => sources.Count == 0;

    /// <summary>Later ones count more than earlier ones.</summary>
    public void Add(PathKey path, int source, EntryLocation location) => places.Put(new CataloguedPath(path, source, location));

    /// <summary>Takes the cursor over, for looking up; its number is for <see cref="Add"/>.</summary>
    public int AddSource(EntryCursor cursor)
    {
        sources.Add(cursor);
        return sources.Count - 1;
    }

    /// <summary>The cursor stands on the entry, of which it has a glance, its segments next; null when the path is unknown.</summary>
    /// <param name="path">The path's bytes.</param>
    /// <param name="key">The path's key.</param>
    public EntryCursor? Find(ReadOnlySpan<byte> path, PathKey key)
    {
        if (sources.Count == 1 && IsNext(path))
        {
            return sources[0];
        }

        if (IsEmpty || !places.TryFind(new CataloguedPath(key, 0, default), out var place))
        {
            return null;
        }

        var cursor = sources[place.Source];
        cursor.SeekGlance(place.Location);
        isAhead = false;
        return cursor.HasPath(path) ? cursor : null;
    }

    // Files are mostly asked for in the order in which they were copied: then nothing is looked up. One that is not asked for yet stays where it is.
    private bool IsNext(ReadOnlySpan<byte> path)
    {
        var cursor = sources[0];
        while (!isAhead && cursor.MoveNextGlance())
        {
            isAhead = cursor.Glance.Kind == EntryKind.File;
        }

        if (!isAhead || !cursor.HasPath(path))
        {
            return false;
        }

        isAhead = false;
        return true;
    }

    public void Dispose()
    {
        sources.ForEach(s => s.Dispose());
        places.Dispose();
    }
}
