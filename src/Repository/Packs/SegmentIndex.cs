using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>
/// Which segments the chain has, by hash, and which of them this point uses. In memory: about 100 bytes per segment. Looked up by
/// several threads, changed by one.
/// </summary>
internal sealed class SegmentIndex
{
    private readonly Lock gate = new();
    private readonly Dictionary<Sha256Digest, Slot> slots = [];

    public bool TryFind(Sha256Digest hash, out SegmentPlace place)
    {
        lock (gate)
        {
            var found = slots.TryGetValue(hash, out var slot);
            place = slot.Place;
            return found;
        }
    }

    /// <summary>Takes the segment in, unless the chain has it already: then that place stays.</summary>
    public void Add(Sha256Digest hash, SegmentPlace place)
    {
        lock (gate)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, hash, out var exists);
            if (!exists)
            {
                slot = new Slot(place, Used: false);
            }
        }
    }

    /// <summary>True the first time that the point uses this segment. It must be in the index.</summary>
    public bool MarkUsed(Sha256Digest hash)
    {
        lock (gate)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(slots, hash);
            if (slot.Used)
            {
                return false;
            }

            slot = slot with { Used = true };
            return true;
        }
    }

    private readonly record struct Slot(SegmentPlace Place, bool Used);
}
