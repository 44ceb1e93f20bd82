using Cairn.Shared.Identifiers;
using Dapper;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>Commands that agents are owed, in the order in which they came to be owed.</summary>
internal sealed class OwedTable(CatalogDatabase database)
{
    /// <summary>Adds a command within a transaction of the caller; one that is owed already stays as it is.</summary>
    public static void Add(
        SqliteConnection db,
        SqliteTransaction transaction,
        string node,
        string cluster,
        JobId job,
        OwedCommand command,
        IMessage request,
        DateTimeOffset now) => Add(db, transaction, node, cluster, job, command, request, now, notBefore: now);

    /// <summary>As the other, for a command that is not due before <paramref name="notBefore"/>.</summary>
    public static void Add(
        SqliteConnection db,
        SqliteTransaction transaction,
        string node,
        string cluster,
        JobId job,
        OwedCommand command,
        IMessage request,
        DateTimeOffset now,
        DateTimeOffset notBefore) => db.Execute(
        """
        INSERT INTO owed (node, cluster, job_id, command, request, attempt, created, last_error, not_before)
        VALUES (@node, @cluster, @job, @command, @request, 1, @now, '', @notBefore)
        ON CONFLICT (job_id, node, command) DO NOTHING
        """,
        new
        {
            node,
            cluster,
            job = job.ToString(),
            command = (int)command,
            request = request.ToByteArray(),
            now = now.ToCatalog(),
            notBefore = notBefore.ToCatalog(),
        },
        transaction);

    /// <summary>Everything that is owed, oldest first.</summary>
    public IReadOnlyList<OwedRecord> All() => database.Read(db => db
        .Query<Row>("SELECT * FROM owed ORDER BY id")
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>What one job still owes.</summary>
    public IReadOnlyList<OwedRecord> Of(JobId job) => database.Read(db => db
        .Query<Row>("SELECT * FROM owed WHERE job_id = @job ORDER BY id", new { job = job.ToString() })
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>The command was done, or is not wanted any more.</summary>
    public void Remove(long id) => database.Write((db, transaction) =>
        db.Execute("DELETE FROM owed WHERE id = @id", new { id }, transaction));

    /// <summary>The command failed on the node; the next delivery is a new attempt.</summary>
    public void Failed(long id, string error) => database.Write((db, transaction) => db.Execute(
        "UPDATE owed SET attempt = attempt + 1, last_error = @error WHERE id = @id", new { id, error }, transaction));

    private sealed class Row
    {
        public long Id { get; set; }

        public string Node { get; set; } = "";

        public string Cluster { get; set; } = "";

        public string JobId { get; set; } = "";

        public long Command { get; set; }

        public byte[] Request { get; set; } = [];

        public long Attempt { get; set; }

        public long NotBefore { get; set; }

        public OwedRecord ToRecord() => new(
            Id,
            Node,
            Cluster,
            Shared.Identifiers.JobId.Parse(JobId),
            (OwedCommand)Command,
            ByteString.CopyFrom(Request),
            (int)Attempt,
            CatalogTime.FromCatalog(NotBefore));
    }
}
