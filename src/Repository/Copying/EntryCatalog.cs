namespace Cairn.Repository;

/// <summary>Finds entries of a manifest or of journals by path, in a few MiB of memory whatever their number. Not for concurrent use.</summary>
internal sealed class EntryCatalog(string scratchDirectory) : IDisposable
{
    private readonly List<EntryCursor> sources = [];
    private readonly DiskTable<CataloguedPath> places = new(scratchDirectory);

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

    /// <summary>The cursor stands on the entry, its segments next; null when the path is unknown.</summary>
    public EntryCursor? Find(string path, PathKey key)
    {
        if (IsEmpty || !places.TryFind(new CataloguedPath(key, 0, default), out var place))
        {
            return null;
        }

        var cursor = sources[place.Source];
        cursor.Seek(place.Location);
        return cursor.Entry.Path == path ? cursor : null;
    }

    public void Dispose()
    {
        sources.ForEach(s => s.Dispose());
        places.Dispose();
    }
}
