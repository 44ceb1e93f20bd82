using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>
/// Who holds which cluster's lock, always within a transaction of the caller. Jobs that only read what is kept, and one backup,
/// hold it together and share its epoch; all others are alone, and so is maintenance.
/// </summary>
internal static class LockTable
{
    /// <summary>Refuses a job that may not run beside those that hold the cluster, or one that has nodes in common with it.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ClusterLocked"/>.</exception>
    public static void RequireFreeFor(SqliteConnection db, ClusterRecord cluster, JobKind kind, SqliteTransaction transaction)
    {
        foreach (var other in ClusterTable.All(db, transaction).OrderByDescending(other => other.Name == cluster.Name))
        {
            if (other.Name != cluster.Name && !other.Nodes.Intersect(cluster.Nodes).Any())
            {
                continue;
            }

            if (other.LockReason is not null)
            {
                throw new ClusterLockedException(cluster, other, kind: "");
            }

            // Through another name the epoch is another one, and cannot be shared.
            var inTheWay = other.Holders.FirstOrDefault(
                holder => other.Name != cluster.Name || !kind.MayRunBeside(holder.Kind));
            if (inTheWay is not null)
            {
                throw new ClusterLockedException(
                    cluster, other with { LockedBy = inTheWay.JobId, LockedAt = inTheWay.Since }, inTheWay.Kind.Word());
            }
        }
    }

    /// <summary>
    /// Takes the lock for a job that may have it and returns its epoch: that of those who hold it already, else one above the
    /// cluster's last and above <paramref name="highestSeen"/>.
    /// </summary>
    public static long Take(
        SqliteConnection db, ClusterRecord cluster, JobId job, JobKind kind, DateTimeOffset at, long highestSeen, SqliteTransaction transaction)
    {
        var epoch = cluster.Holders.Count > 0 ? cluster.Epoch : Math.Max(cluster.Epoch, highestSeen) + 1;
        db.Execute(
            "INSERT INTO lock_holders (cluster, job_id, kind, since) VALUES (@Name, @job, @kind, @since)",
            new { cluster.Name, job = job.ToString(), kind = kind.Word(), since = at.ToCatalog() },
            transaction);
        db.Execute("UPDATE clusters SET epoch = @epoch WHERE name = @Name", new { epoch, cluster.Name }, transaction);
        return epoch;
    }

    /// <summary>
    /// The epoch of a job's lock after it turned out that an agent has seen <paramref name="seen"/>: raised above it, but not
    /// away from those who share it and have made it seen.
    /// </summary>
    public static long RaiseAbove(SqliteConnection db, JobId job, string cluster, long seen, SqliteTransaction transaction)
    {
        var epoch = db.ExecuteScalar<long>("SELECT epoch FROM clusters WHERE name = @cluster", new { cluster }, transaction);
        var sharers = db.ExecuteScalar<long>(
            "SELECT count(*) FROM lock_holders WHERE cluster = @cluster AND job_id <> @job",
            new { cluster, job = job.ToString() },
            transaction);
        if (seen < epoch || (seen == epoch && sharers > 0))
        {
            return epoch;
        }

        db.Execute("UPDATE clusters SET epoch = @next WHERE name = @cluster", new { next = seen + 1, cluster }, transaction);
        return seen + 1;
    }

    /// <summary>Gives a job's lock back.</summary>
    public static void Free(SqliteConnection db, JobId job, SqliteTransaction transaction) =>
        db.Execute("DELETE FROM lock_holders WHERE job_id = @job", new { job = job.ToString() }, transaction);

    /// <summary>All who hold a lock, the longest first.</summary>
    public static ILookup<string, LockHolder> Holders(SqliteConnection db, SqliteTransaction? transaction) => db
        .Query<Row>("SELECT cluster, job_id, kind, since FROM lock_holders ORDER BY since, job_id", transaction: transaction)
        .ToLookup(
            row => row.Cluster,
            row => new LockHolder(row.JobId, JobKinds.Parse(row.Kind), CatalogTime.FromCatalog(row.Since)),
            StringComparer.Ordinal);

    private sealed class Row
    {
        public string Cluster { get; set; } = "";

        public string JobId { get; set; } = "";

        public string Kind { get; set; } = "";

        public long Since { get; set; }
    }
}
