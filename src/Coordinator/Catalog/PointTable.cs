using Cairn.V1;
using Dapper;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>Commit records of points. The repositories are the truth; this is what is known while they are away.</summary>
internal sealed class PointTable(CatalogDatabase database)
{
    /// <summary>Remembers a point, once.</summary>
    public void Put(CommitRecord record) => database.Write((db, transaction) => Put(db, record, transaction));

    /// <summary>As <see cref="Put(CommitRecord)"/>, within a transaction of the caller.</summary>
    public static void Put(SqliteConnection db, CommitRecord record, SqliteTransaction transaction) => db.Execute(
        """
        INSERT INTO points (cluster, point_id, record) VALUES (@Cluster, @PointId, @Record)
        ON CONFLICT (cluster, point_id) DO NOTHING
        """,
        new { record.Summary.Cluster, record.Summary.PointId, Record = record.ToByteArray() },
        transaction);

    /// <summary>Records that a point is gone; nodes may still hold it.</summary>
    public void MarkDeleted(CommitRecord record, DateTimeOffset at) =>
        database.Write((db, transaction) => MarkDeleted(db, record, at, transaction));

    /// <summary>As the other, within a transaction of the caller; nodes that are away may still hold it.</summary>
    public static void MarkDeleted(SqliteConnection db, CommitRecord record, DateTimeOffset at, SqliteTransaction transaction)
    {
        Put(db, record, transaction);
        db.Execute(
            "UPDATE points SET deleted = coalesce(deleted, @at) WHERE cluster = @Cluster AND point_id = @PointId",
            new { at = at.ToCatalog(), record.Summary.Cluster, record.Summary.PointId },
            transaction);
    }

    /// <summary>The ids of the cluster's points that are gone.</summary>
    public IReadOnlySet<string> Deleted(string cluster) => database.Read(db => db
        .Query<string>("SELECT point_id FROM points WHERE cluster = @cluster AND deleted IS NOT NULL", new { cluster })
        .ToHashSet(StringComparer.Ordinal));

    /// <summary>The cluster's points that were not deleted, oldest first.</summary>
    public IReadOnlyList<CommitRecord> Of(string cluster) => database.Read(db => db
        .Query<byte[]>(
            "SELECT record FROM points WHERE cluster = @cluster AND deleted IS NULL ORDER BY point_id", new { cluster })
        .Select(CommitRecord.Parser.ParseFrom)
        .ToList());
}
