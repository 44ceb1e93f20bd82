using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>
/// Sorted records on disk, each key once. In memory is one prefix for every block of records, so that finding a record reads one block, rarely
/// more. Written once, then read; reading is not for concurrent use.
/// </summary>
internal sealed class DiskRun<T> : IDisposable
    where T : unmanaged, IDiskRecord<T>
{
    private const int BlockRecords = 128;

    private readonly ScratchFile file;
    private readonly List<ulong> fences = [];
    private readonly T[] block = new T[BlockRecords];
    private int blockUsed;
    private int loadedBlock = -1;
    private int loadedCount;

    public DiskRun(string directory) => file = new ScratchFile(directory);

    public long Count { get; private set; }

    /// <summary>Behind the last one in order, and not equal to it.</summary>
    public void Append(in T record)
    {
        if (blockUsed == 0)
        {
            fences.Add(record.Prefix);
        }

        block[blockUsed++] = record;
        Count++;
        if (blockUsed == BlockRecords)
        {
            Flush();
        }
    }

    /// <summary>After the last record.</summary>
    public void Complete() => Flush();

    public bool TryFind(in T key, out T found)
    {
        found = default;

        // Several blocks may begin with this prefix; the key may also be in the block before the first of them.
        for (var at = Math.Max(0, FirstFenceAtOrAbove(key.Prefix) - 1); at < fences.Count && fences[at] <= key.Prefix; at++)
        {
            Load(at);
            var index = block.AsSpan(0, loadedCount).BinarySearch(key);
            if (index >= 0)
            {
                found = block[index];
                return true;
            }
        }

        return false;
    }

    /// <summary>All records in order.</summary>
    public IEnumerable<T> Read()
    {
        var buffer = new T[BlockRecords * 8];
        for (long offset = 0; offset < file.Length;)
        {
            var read = file.Read(MemoryMarshal.AsBytes(buffer.AsSpan()), offset);
            offset += read;
            for (var i = 0; i < read / Unsafe.SizeOf<T>(); i++)
            {
                yield return buffer[i];
            }
        }
    }

    public void Dispose() => file.Dispose();

    private void Flush()
    {
        file.Append(MemoryMarshal.AsBytes(block.AsSpan(0, blockUsed)));
        blockUsed = 0;
    }

    private int FirstFenceAtOrAbove(ulong prefix)
    {
        var (low, high) = (0, fences.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = fences[middle] < prefix ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Load(int at)
    {
        if (loadedBlock != at)
        {
            var read = file.Read(MemoryMarshal.AsBytes(block.AsSpan()), (long)at * BlockRecords * Unsafe.SizeOf<T>());
            (loadedBlock, loadedCount) = (at, read / Unsafe.SizeOf<T>());
        }
    }
}
