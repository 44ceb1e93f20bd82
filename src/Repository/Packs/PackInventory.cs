namespace Cairn.Repository;

/// <summary>Which packs a chain has, and how long they are: what a segment's place is held against before it is relied on.</summary>
internal sealed class PackInventory
{
    private readonly Dictionary<uint, long> lengths;

    private PackInventory(Dictionary<uint, long> lengths) => this.lengths = lengths;

    public IReadOnlyCollection<uint> Packs => lengths.Keys;

    /// <summary>Looks at all of them.</summary>
    public uint NextNumber => lengths.Count == 0 ? 1 : lengths.Keys.Max() + 1;

    public static PackInventory Take(RepositoryLayout.ChainLayout chain)
    {
        var lengths = new Dictionary<uint, long>();
        foreach (var pack in chain.ListPacks())
        {
            lengths[pack] = UnixStat.TryRead(chain.Pack(pack)) is { IsRegular: true } stat ? stat.Attributes.Size : 0;
        }

        return new PackInventory(lengths);
    }

    public long LengthOf(uint pack) => lengths.GetValueOrDefault(pack);

    public bool Holds(SegmentPlace place) =>
        lengths.TryGetValue(place.Pack, out var length) && place.Offset <= length - place.RecordLength;
}
