namespace Cairn.Repository;

/// <summary>
/// Which segments the chain has, by name. In memory: about 100 bytes per segment. Looked up by
/// several threads, changed by one.
/// </summary>
internal sealed class SegmentIndex
{
    private readonly Lock gate = new();
    private readonly Dictionary<Sha256Digest, SegmentPlace> slots = [];

    public bool TryFind(Sha256Digest hash, out SegmentPlace place)
    {
        lock (gate)
        {
            return slots.TryGetValue(hash, out place);
        }
    }

    /// <summary>Takes the segment in, unless the chain has it already: then that place stays.</summary>
    public void Add(Sha256Digest hash, SegmentPlace place)
    {
        lock (gate)
        {
            slots.TryAdd(hash, place);
        }
    }
}
