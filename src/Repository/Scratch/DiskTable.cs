namespace Cairn.Repository;

/// <summary>
/// A set of records by key that may be larger than the memory: the newest are in memory, the others in sorted runs on disk, of which few are kept by merging
/// those of like size. A few MiB whatever it holds. For concurrent use.
/// </summary>
internal sealed class DiskTable<T>(string directory) : IDisposable
    where T : unmanaged, IDiskRecord<T>
{
    /// <summary>Records that are kept in memory.</summary>
    public const int MaxInMemory = 32 * 1024;

    private readonly Lock gate = new();
    private readonly MemoryTable<T> newest = new(MaxInMemory);
    private readonly List<DiskRun<T>> runs = [];

    /// <summary>Whether any record was ever put to disk; while none was, <see cref="TryAdd"/> finds every key.</summary>
    public bool IsOnDisk => runs.Count > 0;

    public bool TryFind(in T key, out T found)
    {
        lock (gate)
        {
            if (newest.TryFind(key, out found))
            {
                return true;
            }

            foreach (var run in runs)
            {
                if (run.TryFind(key, out found))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Takes the record in; false when its key is among those in memory. Of keys that are on disk too, any one record counts.</summary>
    public bool TryAdd(in T record)
    {
        lock (gate)
        {
            if (!newest.TryAdd(record))
            {
                return false;
            }

            SpillWhenFull();
            return true;
        }
    }

    /// <summary>Takes the record in, in the place of one in memory that has its key.</summary>
    public void Put(in T record)
    {
        lock (gate)
        {
            newest.Put(record);
            SpillWhenFull();
        }
    }

    /// <summary>
    /// All records in order; a key that was added several times comes as often as it is still apart, at most once for each time. Nothing may be added meanwhile.
    /// </summary>
    public IEnumerable<T> ReadSorted()
    {
        var memory = newest.Records.ToArray();
        Array.Sort(memory);
        return Merge([memory, .. runs.Select(r => r.Read())]);
    }

    /// <summary>All records in any order, each key once. Nothing may be added meanwhile.</summary>
    public IEnumerable<T> ReadOnce() => IsOnDisk ? WithoutRepeats(ReadSorted()) : newest.Read();

    public void Dispose()
    {
        newest.Dispose();
        runs.ForEach(r => r.Dispose());
    }

    private void SpillWhenFull()
    {
        if (newest.Count < MaxInMemory)
        {
            return;
        }

        newest.Records.Sort();
        runs.Add(Write(newest.Read()));
        newest.Clear();

        // A run is merged with the one before it until that is clearly larger: so n records make about log n runs, each written about log n times.
        while (runs.Count > 1 && runs[^2].Count < runs[^1].Count * 2)
        {
            var (a, b) = (runs[^2], runs[^1]);
            var merged = Write(Merge([a.Read(), b.Read()]));
            runs.RemoveRange(runs.Count - 2, 2);
            a.Dispose();
            b.Dispose();
            runs.Add(merged);
        }
    }

    private DiskRun<T> Write(IEnumerable<T> sorted)
    {
        var run = new DiskRun<T>(directory);
        foreach (var record in sorted)
        {
            run.Append(record);
        }

        run.Complete();
        return run;
    }

    private static IEnumerable<T> WithoutRepeats(IEnumerable<T> sorted)
    {
        T? last = null;
        foreach (var record in sorted)
        {
            if (last?.Equals(record) != true)
            {
                yield return record;
            }

            last = record;
        }
    }

    // Duplicates stay: what counts them (paths that come twice) must see them.
    private static IEnumerable<T> Merge(IReadOnlyList<IEnumerable<T>> sources)
    {
        var heads = new PriorityQueue<IEnumerator<T>, T>();
        foreach (var source in sources)
        {
            Push(heads, source.GetEnumerator());
        }

        while (heads.TryDequeue(out var head, out var record))
        {
            yield return record;
            Push(heads, head);
        }
    }

    private static void Push(PriorityQueue<IEnumerator<T>, T> heads, IEnumerator<T> source)
    {
        if (source.MoveNext())
        {
            heads.Enqueue(source, source.Current);
        }
        else
        {
            source.Dispose();
        }
    }
}
