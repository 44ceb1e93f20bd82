using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>
/// A set of records by key, of a largest number, outside the collected heap: arrays of this size that come and go with every copy would make the
/// collector go over all there is. Not for concurrent use.
/// </summary>
internal sealed class MemoryTable<T>(int capacity) : IDisposable
    where T : unmanaged, IDiskRecord<T>
{
    /// <summary>Room for these at first; with more of them the room for all is taken at once.</summary>
    private const int FewRecords = 1024;

    // 2^64 divided by the golden ratio: spreads neighbouring hash codes.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private UnmanagedBuffer records = new(FewRecords * Unsafe.SizeOf<T>());

    // Number of the record plus one at the first free place from its hash on; 0 is free. Half of them at most are taken.
    private UnmanagedBuffer places = new(FewRecords * 2 * sizeof(int));

    public int Count { get; private set; }

    /// <summary>In the order in which they were added.</summary>
    public Span<T> Records => All[..Count];

    private Span<T> All => MemoryMarshal.Cast<byte, T>(records.Span);

    private Span<int> Places => MemoryMarshal.Cast<byte, int>(places.Span);

    /// <summary>As <see cref="Records"/>. Nothing may be added meanwhile.</summary>
    public IEnumerable<T> Read()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return Records[i];
        }
    }

    public bool TryFind(in T key, out T found)
    {
        var at = Places[PlaceOf(key)];
        found = at == 0 ? default : All[at - 1];
        return at != 0;
    }

    /// <summary>False, with nothing changed, when its key is there. There must be room.</summary>
    public bool TryAdd(in T record)
    {
        if (Count == FewRecords && records.Length < capacity * Unsafe.SizeOf<T>())
        {
            Grow();
        }

        ref var place = ref Places[PlaceOf(record)];
        if (place != 0)
        {
            return false;
        }

        All[Count++] = record;
        place = Count;
        return true;
    }

    /// <summary>Takes the record in, in the place of one that has its key. There must be room.</summary>
    public void Put(in T record)
    {
        if (!TryAdd(record))
        {
            All[Places[PlaceOf(record)] - 1] = record;
        }
    }

    public void Clear()
    {
        Places.Clear();
        Count = 0;
    }

    public void Dispose()
    {
        records.Dispose();
        places.Dispose();
    }

    // Where the key is, or would be.
    private int PlaceOf(in T key)
    {
        var all = All;
        var taken = Places;
        var mask = taken.Length - 1;
        var place = (int)(((ulong)(uint)key.GetHashCode() * Spread) >> 32) & mask;
        while (taken[place] is not 0 and var at && !all[at - 1].Equals(key))
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "the fields take them over")]
    private void Grow()
    {
        using var few = records;
        places.Dispose();
        (records, places) = (new UnmanagedBuffer(capacity * Unsafe.SizeOf<T>()), new UnmanagedBuffer(capacity * 2 * sizeof(int)));
        few.Span.CopyTo(records.Span);
        for (var i = 0; i < Count; i++)
        {
            Places[PlaceOf(All[i])] = i + 1;
        }
    }
}
