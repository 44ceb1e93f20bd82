namespace OpenGeminiDouble.Store;

/// <summary>One partition of one database on this store: its shards and, when it is replicated, its Raft log.</summary>
internal sealed class StoredPartition : IDisposable
{
    private const string Policy = "autogen";
    private const string RaftDirectory = "__raft_entries__";
    private readonly string dataPath;
    private readonly string walPath;
    private readonly HeldFiles held;
    private readonly Dictionary<string, Shard> shards = new(StringComparer.Ordinal);

    public StoredPartition(string database, int number, string dataPath, string walPath, bool replicated, HeldFiles held)
    {
        this.dataPath = dataPath;
        this.walPath = walPath;
        this.held = held;
        Database = database;
        Number = number;
        if (replicated || Directory.Exists(Path.Combine(walPath, RaftDirectory)))
        {
            Log = new RaftLog(Path.Combine(walPath, RaftDirectory), number);
        }

        var below = (string[])[Path.Combine(dataPath, Policy), Path.Combine(walPath, Policy)];
        foreach (var name in below.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(Path.GetFileName)
            .Where(name => name != "index").Distinct().ToList())
        {
            if (name!.Split('_').Length == 4)
            {
                Shard(name);
            }
        }

        if (Log is not null)
        {
            Apply(Log.Snapshot + 1, Log.Commit);
        }
    }

    public string Database { get; }

    public int Number { get; }

    /// <summary>Serialises everything about this partition on this store.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Serialises the master's writes, which wait for the other replicas.</summary>
    public SemaphoreSlim Master { get; } = new(1, 1);

    public RaftLog? Log { get; }

    public IReadOnlyCollection<Shard> Shards => shards.Values;

    /// <summary>The shard of that directory; its name tells the index's.</summary>
    public Shard Shard(string shardDirectory)
    {
        var parts = shardDirectory.Split('_');
        var indexDirectory = $"{parts[3]}_{parts[1]}_{parts[2]}";
        if (!shards.TryGetValue(shardDirectory, out var shard))
        {
            shards[shardDirectory] = shard = new Shard(
                Path.Combine(dataPath, Policy, shardDirectory),
                Path.Combine(dataPath, Policy, "index", indexDirectory),
                Path.Combine(walPath, Policy, shardDirectory),
                held,
                logged: Log is null);
        }

        return shard;
    }

    /// <summary>The shard of that directory if there is one.</summary>
    public Shard? Find(string shardDirectory) => shards.GetValueOrDefault(shardDirectory);

    /// <summary>Takes committed entries into memory.</summary>
    public void Apply(long from, long to)
    {
        foreach (var (places, points) in Log!.Own(from, to))
        {
            // Every copy has shards of its own.
            Shard(places[Number]).Remember(points);
        }
    }

    public void Flush()
    {
        if (shards.Values.Any(shard => shard.Dirty))
        {
            Log?.SaveSnapshot();
        }

        foreach (var shard in shards.Values)
        {
            shard.Flush();
        }
    }

    public void Dispose()
    {
        foreach (var shard in shards.Values)
        {
            shard.Close();
        }

        Log?.Dispose();
        Master.Dispose();
    }
}
