using Cairn.V1;
using Dapper;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>Commit records of points. The repositories are the truth; this is what is known while they are away.</summary>
internal sealed class PointTable(CatalogDatabase database)
{
    /// <summary>Remembers a point, once.</summary>
    public void Put(CommitRecord record) => database.Write((db, transaction) =>
        Put(db, record.Summary.Cluster, record.Summary.PointId, record, transaction));

    /// <summary>
    /// Records that a point is gone, together with <paramref name="alongside"/>; nodes may still hold it. Its record is null when no node that could be
    /// asked has it any more: it must not come back with one that could not.
    /// </summary>
    public void MarkDeleted(
        string cluster, string pointId, CommitRecord? record, DateTimeOffset at, Action<SqliteConnection, SqliteTransaction> alongside) =>
        database.Write((db, transaction) =>
        {
            MarkDeleted(db, cluster, pointId, record, at, transaction);
            alongside(db, transaction);
        });

    /// <summary>As the other, within a transaction of the caller; nodes that are away may still hold it.</summary>
    public static void MarkDeleted(SqliteConnection db, CommitRecord record, DateTimeOffset at, SqliteTransaction transaction) =>
        MarkDeleted(db, record.Summary.Cluster, record.Summary.PointId, record, at, transaction);

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

    private static void MarkDeleted(
        SqliteConnection db, string cluster, string pointId, CommitRecord? record, DateTimeOffset at, SqliteTransaction transaction)
    {
        Put(db, cluster, pointId, record, transaction);
        db.Execute(
            "UPDATE points SET deleted = coalesce(deleted, @at) WHERE cluster = @cluster AND point_id = @pointId",
            new { at = at.ToCatalog(), cluster, pointId },
            transaction);
    }

    private static void Put(SqliteConnection db, string cluster, string pointId, CommitRecord? record, SqliteTransaction transaction) => db.Execute(
        """
        INSERT INTO points (cluster, point_id, record) VALUES (@cluster, @pointId, @record)
        ON CONFLICT (cluster, point_id) DO NOTHING
        """,
        new { cluster, pointId, record = record?.ToByteArray() ?? [] },
        transaction);
}
