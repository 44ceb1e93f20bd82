namespace Cairn.Repository;

/// <summary>Where an entry is in one of a catalog's sources; its path is the key.</summary>
internal readonly struct CataloguedPath(PathKey path, int source, EntryLocation location) : IDiskRecord<CataloguedPath>
{
    private readonly PathKey path = path;
    private readonly long block = location.Block;
    private readonly int position = location.Position;

    public int Source { get; } = source;

    public EntryLocation Location => new(block, position);

    public ulong Prefix => path.Prefix;

    public bool Equals(CataloguedPath other) => path == other.path;

    public override bool Equals(object? obj) => obj is CataloguedPath other && Equals(other);

    public override int GetHashCode() => path.GetHashCode();

    public int CompareTo(CataloguedPath other) => path.CompareTo(other.path);
}
