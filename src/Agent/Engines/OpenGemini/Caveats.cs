using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>
/// Everything that was not observed on running servers, by stable name; the sentences and reasons stand in
/// docs/engines/opengemini.md too. A point that carries one is restored only when the operator accepts it by name.
/// </summary>
internal static class Caveats
{
    /// <summary>A version other than the observed one.</summary>
    public const string Version = "version-not-observed";

    /// <summary>More than one partition per store.</summary>
    public const string PartitionsPerNode = "several-partitions-per-node";

    /// <summary>Measurements of the column store engine.</summary>
    public const string ColumnStore = "column-store";

    /// <summary>Shards or measurements in object storage.</summary>
    public const string ObjectStorage = "object-storage-tier";

    /// <summary>Downsampling policies.</summary>
    public const string Downsampling = "downsampling";

    /// <summary>A number of copies other than 1 and 3.</summary>
    public const string ReplicaCount = "replica-count";

    /// <summary>A number of ts-metas other than 1 and 3.</summary>
    public const string MetaCount = "meta-count";

    /// <summary>An exact cut of replicated databases.</summary>
    public const string ExactReplicated = "exact-replicated";

    /// <summary>Authentication or TLS.</summary>
    public const string Protected = "auth-or-tls";

    /// <summary>The write-ahead log is turned off.</summary>
    public const string WalDisabled = "wal-disabled";

    /// <summary>Raft entries written through a memory mapping.</summary>
    public const string MappedEntries = "raft-entries-mapped";

    /// <summary>Shards vanished while they were captured.</summary>
    public const string ShardsDropped = "shards-dropped-during-capture";

    /// <summary>Replica groups that could not be compared.</summary>
    public const string GroupsNotCompared = "replica-groups-not-compared";

    /// <summary>A native backup whose own record does not say that it ended well.</summary>
    public const string ResultUnproved = "native-result-unproved";

    /// <summary>A native increment, which does not say on which full backup it builds.</summary>
    public const string IncrementBase = "native-increment-base";

    /// <summary>A native backup in the layout of v1.3 and v1.4.</summary>
    public const string OldNative = "native-layout-not-observed";

    /// <summary>Write-ahead logs of a database that a running cluster is to take back.</summary>
    public const string LogsOfAdopted = "online-logs-not-observed";

    /// <summary>A cluster of several stores that is to take databases back while it runs.</summary>
    public const string AdoptingCluster = "online-cluster-not-observed";

    /// <summary>The one version whose behaviour was observed.</summary>
    public const string ObservedVersion = "v1.5.2";

    /// <summary>The caveat of a name, with its sentence; <paramref name="detail"/> is put behind it.</summary>
    public static Caveat Of(string name, string detail = "") => new() { Name = name, Text = Text(name) + (detail.Length == 0 ? "" : $" ({detail})") };

    private static string Text(string name) => name switch
    {
        Version => $"backup and restore were observed with {ObservedVersion} only",
        PartitionsPerNode => "more than one partition per store (ptnum-pernode) was never observed in a backup",
        ColumnStore => "measurements of the column store engine were never observed in a backup",
        ObjectStorage => "data in object storage are not part of the point, and such tiers were never observed in a backup",
        Downsampling => "downsampling beside a backup was never observed",
        ReplicaCount => "only databases with one or three copies were observed in a backup",
        MetaCount => "only clusters with one or three ts-metas were observed in a backup",
        ExactReplicated => "an exact cut (readonly, flush) of replicated databases was never run",
        Protected => "servers with authentication or TLS were never observed in a backup",
        WalDisabled => "the write-ahead log is turned off, so points that were only in memory are not in the point",
        MappedEntries => "raft entries written through a memory mapping (entry-file-rw-type 1) were never observed in a backup",
        ShardsDropped => "shards vanished while the backup was made; deletion beside a backup was never observed",
        ResultUnproved => "the native backup's own record does not say that it ended well; every file that its logs name is there",
        IncrementBase => "a native increment does not say on which full backup it builds; nothing was found that contradicts the one that was named",
        OldNative => "native backups of v1.3 and v1.4 were never observed, only their source was read",
        LogsOfAdopted => "that a running store replays the write-ahead logs of a database that it takes back was never observed; "
            + "points that had not been flushed when it was backed up may be missing",
        AdoptingCluster => "that a running cluster of several stores takes databases back was never observed, only that a single server does",
        GroupsNotCompared => "the copies of a replicated database could not be compared with one another",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not a caveat"),
    };
}
