namespace Cairn.Repository;

/// <summary>Finds entries of a manifest or of journals by path, without holding them in memory. Not for concurrent use.</summary>
internal sealed class EntryCatalog : IDisposable
{
    private readonly List<EntryCursor> sources = [];
    private readonly Dictionary<PathKey, (int Source, EntryLocation Location)> places = [];

    public void Add(PathKey path, int source, EntryLocation location) => places[path] = (source, location);

    /// <summary>Takes the cursor over, for looking up; its number is for <see cref="Add"/>.</summary>
    public int AddSource(EntryCursor cursor)
    {
        sources.Add(cursor);
        return sources.Count - 1;
    }

    /// <summary>The cursor stands on the entry, its segments next; null when the path is unknown.</summary>
    public EntryCursor? Find(string path)
    {
        if (!places.TryGetValue(PathKey.Of(path), out var place))
        {
            return null;
        }

        var cursor = sources[place.Source];
        cursor.Seek(place.Location);
        return cursor.Entry.Path == path ? cursor : null;
    }

    public void Dispose() => sources.ForEach(s => s.Dispose());
}
