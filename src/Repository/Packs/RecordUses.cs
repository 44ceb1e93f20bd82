namespace Cairn.Repository;

/// <summary>Which records of a chain's packs are named, each once, in a few MiB whatever their number. Not for concurrent use.</summary>
internal sealed class RecordUses(string scratchDirectory) : IDisposable
{
    private readonly DiskTable<RecordUse> uses = new(scratchDirectory);
    private readonly Dictionary<uint, long> ends = [];

    /// <summary>
    /// False when the record was added before. Most are named in the order in which they were written: those behind all that was named of their pack are looked for nowhere.
    /// </summary>
    public bool Add(in SegmentPlace place)
    {
        var use = new RecordUse(place, isData: true);
        if (place.Offset < ends.GetValueOrDefault(place.Pack) && uses.TryFind(use, out _))
        {
            return false;
        }

        ends[place.Pack] = Math.Max(ends.GetValueOrDefault(place.Pack), place.Offset + place.RecordLength);
        uses.TryAdd(use);
        return true;
    }

    public void Dispose() => uses.Dispose();
}
