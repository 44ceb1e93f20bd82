using System.Text.Json;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>The clusters and their locks.</summary>
internal sealed class ClusterTable(CatalogDatabase database)
{
    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<ClusterRecord> All() => database.Read(db => All(db, transaction: null));

    /// <summary>As <see cref="All()"/>, seen inside a transaction of the caller.</summary>
    public static IReadOnlyList<ClusterRecord> All(SqliteConnection db, SqliteTransaction? transaction)
    {
        var holders = LockTable.Holders(db, transaction);
        return [.. db
            .Query<Row>("SELECT * FROM clusters ORDER BY name", transaction: transaction)
            .Select(row => row.ToRecord([.. holders[row.Name]]))];
    }

    /// <summary>The cluster called <paramref name="name"/>.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>.</exception>
    public ClusterRecord Get(string name) => database.Read(db => Find(db, name, transaction: null)) ?? throw Unknown(name);

    /// <summary>Adds a cluster.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AlreadyExists"/>.</exception>
    public ClusterRecord Add(ClusterDefinition definition) => database.Write((db, transaction) =>
    {
        if (Find(db, definition.Name, transaction) is not null)
        {
            throw new CairnException(
                ErrorCode.AlreadyExists,
                $"there is a cluster called '{definition.Name}' already",
                "give it another name, or change the nodes in the coordinator's configuration",
                subject: definition.Name);
        }

        Insert(db, definition, transaction);
        return Find(db, definition.Name, transaction)!;
    });

    /// <summary>
    /// Makes the cluster as the configuration file says: added when it is new, engine and nodes replaced when they differ.
    /// Epoch and lock stay.
    /// </summary>
    public void Declare(ClusterDefinition definition) => database.Write((db, transaction) =>
    {
        if (Find(db, definition.Name, transaction) is null)
        {
            Insert(db, definition, transaction);
            return;
        }

        db.Execute(
            "UPDATE clusters SET engine = @Engine, nodes = @Nodes, on_node_failure = @OnNodeFailure WHERE name = @Name",
            Columns(definition),
            transaction);
    });

    /// <summary>Makes the epoch higher than <paramref name="seen"/>; it never goes down.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>.</exception>
    public ClusterRecord RaiseEpochAbove(string name, long seen) => database.Write((db, transaction) =>
    {
        db.Execute("UPDATE clusters SET epoch = @seen + 1 WHERE name = @name AND epoch <= @seen", new { name, seen }, transaction);
        return Find(db, name, transaction) ?? throw Unknown(name);
    });

    /// <summary>Keeps all jobs away from a cluster until <see cref="Unlock"/>. Raises the epoch: commands of older jobs are overtaken.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>.</exception>
    public ClusterRecord Lock(string name, string lockId, string reason, DateTimeOffset at) => database.Write((db, transaction) =>
    {
        RequireFree(db, Find(db, name, transaction) ?? throw Unknown(name), transaction);
        db.Execute(
            "UPDATE clusters SET epoch = epoch + 1, locked_by = @lockId, locked_at = @at, lock_reason = @reason WHERE name = @name",
            new { name, lockId, reason, at = at.ToCatalog() },
            transaction);
        return Find(db, name, transaction)!;
    });

    /// <summary>Frees a lock for maintenance.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>; <see cref="ErrorCode.ClusterLocked"/>: a job or another lock holds it;
    /// <see cref="ErrorCode.InvalidRequest"/>: it is free.
    /// </exception>
    public ClusterRecord Unlock(string name, string lockId) => database.Write((db, transaction) =>
    {
        var cluster = Find(db, name, transaction) ?? throw Unknown(name);
        if (cluster.LockedBy is null)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, $"cluster '{name}' is not locked", "there is nothing to free", subject: name);
        }

        if (cluster.LockReason is null || cluster.LockedBy != lockId)
        {
            RequireFree(db, cluster, transaction);
            throw new InvalidOperationException($"the lock of cluster '{name}' is neither held nor free");
        }

        db.Execute(
            "UPDATE clusters SET locked_by = NULL, locked_at = NULL, lock_reason = NULL WHERE name = @name",
            new { name },
            transaction);
        return Find(db, name, transaction)!;
    });

    private static void RequireFree(SqliteConnection db, ClusterRecord cluster, SqliteTransaction transaction)
    {
        if (cluster.HeldThrough(All(db, transaction)) is { } held)
        {
            throw new ClusterLockedException(cluster, held, held.Holders.Select(holder => holder.Kind.Word()).FirstOrDefault() ?? "");
        }
    }

    /// <summary>The cluster, seen inside a transaction of the caller; null when there is none.</summary>
    public static ClusterRecord? Find(SqliteConnection db, string name, SqliteTransaction? transaction) => db
        .QuerySingleOrDefault<Row>("SELECT * FROM clusters WHERE name = @name", new { name }, transaction)?
        .ToRecord([.. LockTable.Holders(db, transaction)[name]]);

    /// <summary>The refusal of a name that no cluster has.</summary>
    public static CairnException Unknown(string name) => new(
        ErrorCode.UnknownCluster,
        $"no cluster is called '{name}'",
        "'cairn cluster list' shows the clusters; 'cairn cluster add' makes one",
        subject: name);

    private static void Insert(SqliteConnection db, ClusterDefinition definition, SqliteTransaction transaction) =>
        db.Execute(
            "INSERT INTO clusters (name, engine, nodes, epoch, on_node_failure) VALUES (@Name, @Engine, @Nodes, 0, @OnNodeFailure)",
            Columns(definition),
            transaction);

    private static object Columns(ClusterDefinition definition) => new
    {
        definition.Name,
        definition.Engine,
        Nodes = JsonSerializer.Serialize(definition.Nodes),
        OnNodeFailure = (int)definition.OnNodeFailure,
    };

    private sealed class Row
    {
        public string Name { get; set; } = "";

        public string Engine { get; set; } = "";

        public string Nodes { get; set; } = "[]";

        public long Epoch { get; set; }

        public string? LockedBy { get; set; }

        public long? LockedAt { get; set; }

        public string? LockReason { get; set; }

        public long OnNodeFailure { get; set; }

        public ClusterRecord ToRecord(IReadOnlyList<LockHolder> holders) => new(
            Name,
            Engine,
            JsonSerializer.Deserialize<string[]>(Nodes) ?? [],
            Epoch,
            LockedBy ?? holders.Select(holder => holder.JobId).FirstOrDefault(),
            LockedAt is { } at ? CatalogTime.FromCatalog(at) : holders.Select(holder => (DateTimeOffset?)holder.Since).FirstOrDefault(),
            LockReason)
        {
            Holders = holders,
            OnNodeFailure = (V1.NodeFailurePolicy)OnNodeFailure,
        };
    }
}
