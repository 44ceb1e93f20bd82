using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Dapper;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>The jobs, and the cluster locks that they hold from their first row to their last.</summary>
internal sealed class JobTable(CatalogDatabase database)
{
    /// <summary>
    /// Takes the cluster's lock for a new job and makes it durable with it. The lock's epoch is that of those who hold it already,
    /// or lies above the cluster's last one and above <paramref name="highestSeen"/>, the highest that any agent has reported.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>.</exception>
    public JobRecord Create(JobRecord job, long highestSeen) => database.Write((db, transaction) =>
    {
        var cluster = ClusterTable.Find(db, job.Cluster, transaction) ?? throw ClusterTable.Unknown(job.Cluster);
        LockTable.RequireFreeFor(db, cluster, job.Kind, transaction);
        var locked = job with
        {
            Epoch = LockTable.Take(db, cluster, job.Id, job.Kind, job.Created, highestSeen, transaction),
        };
        db.Execute(
            """
            INSERT INTO jobs (job_id, kind, cluster, state, phase, created, epoch, point_id, restore_job_id, request,
                decision, aftermath, asked_by)
            VALUES (@Id, @Kind, @Cluster, @State, @Phase, @Created, @Epoch, @PointId, @RestoreJobId, @Request, 0, 0,
                @AskedBy)
            """,
            new
            {
                Id = locked.Id.ToString(),
                Kind = locked.Kind.Word(),
                locked.Cluster,
                State = (int)locked.State,
                locked.Phase,
                Created = locked.Created.ToCatalog(),
                locked.Epoch,
                locked.PointId,
                locked.RestoreJobId,
                Request = locked.Request.ToByteArray(),
                locked.AskedBy,
            },
            transaction);
        return locked;
    });

    /// <summary>
    /// Raises the epoch of a job's lock above one that an agent turned out to have seen, for all who share it: they only read, and would be
    /// overtaken by the commands of their own lock. Only before the job's first command: what an agent has done under the old number was
    /// overtaken by somebody else.
    /// </summary>
    public long RaiseEpoch(JobId id, string cluster, long above) => database.Write((db, transaction) =>
    {
        var epoch = LockTable.RaiseAbove(db, id, cluster, above, transaction);
        db.Execute(
            "UPDATE jobs SET epoch = @epoch WHERE job_id = @id OR job_id IN (SELECT job_id FROM lock_holders WHERE cluster = @cluster)",
            new { epoch, id = id.ToString(), cluster },
            transaction);
        return epoch;
    });

    /// <summary>The epoch of a job's lock now.</summary>
    public long EpochOf(JobId id) => database.Read(db => db.ExecuteScalar<long>(
        "SELECT epoch FROM jobs WHERE job_id = @id", new { id = id.ToString() }));

    /// <summary>Records that the job runs, and in which phase; one that was given up is cancelling in whatever phase.</summary>
    public void SetPhase(JobId id, string phase) => database.Write((db, transaction) => db.Execute(
        """
        UPDATE jobs SET phase = @phase, state = CASE WHEN cancel_requested IS NULL THEN @running ELSE @cancelling END
        WHERE job_id = @id
        """,
        new { id = id.ToString(), phase, running = (int)JobState.Running, cancelling = (int)JobState.Cancelling },
        transaction));

    /// <summary>
    /// Records that the job was given up; false when it has made its one choice or has ended. From then on it can only
    /// choose to abort.
    /// </summary>
    public bool TryRequestCancel(JobId id, DateTimeOffset at) => database.Write((db, transaction) => db.Execute(
        """
        UPDATE jobs SET cancel_requested = coalesce(cancel_requested, @at), state = @cancelling
        WHERE job_id = @id AND ended IS NULL AND (decision = 0 OR cancel_requested IS NOT NULL)
        """,
        new { id = id.ToString(), at = at.ToCatalog(), cancelling = (int)JobState.Cancelling },
        transaction) == 1);

    /// <summary>Records the flow's notes, and the point once it has a name.</summary>
    public void SetPlan(JobId id, string plan, string pointId) => SetPlan(id, plan, pointId, static (_, _) => { });

    /// <summary>As the other, together with <paramref name="alongside"/>.</summary>
    public void SetPlan(JobId id, string plan, string pointId, Action<SqliteConnection, SqliteTransaction> alongside) =>
        database.Write((db, transaction) =>
        {
            db.Execute(
                "UPDATE jobs SET plan = @plan, point_id = @pointId WHERE job_id = @id",
                new { id = id.ToString(), plan, pointId },
                transaction);
            alongside(db, transaction);
        });

    /// <summary>Records until when the job can be taken up again after it has failed.</summary>
    public static void SetResumable(SqliteConnection db, JobId id, DateTimeOffset until, SqliteTransaction transaction) => db.Execute(
        "UPDATE jobs SET resumable_until = @until WHERE job_id = @id",
        new { id = id.ToString(), until = until.ToCatalog() },
        transaction);

    /// <summary>
    /// Takes the lock again for a job that failed and can be resumed: it runs as if it had not ended, nor been given up while it failed, and
    /// what would have cleaned up after it is not owed any more. Null when it cannot be resumed (any more).
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ClusterLocked"/>.</exception>
    public JobRecord? TryResume(JobId id, long highestSeen, DateTimeOffset now) => database.Write((db, transaction) =>
    {
        var found = db.QuerySingleOrDefault<Row>("SELECT * FROM jobs WHERE job_id = @id", new { id = id.ToString() }, transaction)?.ToRecord();
        if (found is not { HasEnded: true, Decision: JobDecision.None, ResumableUntil: { } until } || until <= now)
        {
            return null;
        }

        var cluster = ClusterTable.Find(db, found.Cluster, transaction) ?? throw ClusterTable.Unknown(found.Cluster);
        LockTable.RequireFreeFor(db, cluster, found.Kind, transaction);
        var epoch = LockTable.Take(db, cluster, id, found.Kind, now, highestSeen, transaction);
        db.Execute("DELETE FROM owed WHERE job_id = @id", new { id = id.ToString() }, transaction);
        db.Execute(
            """
            UPDATE jobs SET state = @running, ended = NULL, error = NULL, resumable_until = NULL, cancel_requested = NULL, epoch = @epoch
            WHERE job_id = @id
            """,
            new { id = id.ToString(), running = (int)JobState.Running, epoch },
            transaction);
        return found with
        {
            State = JobState.Running, Ended = null, Error = null, ResumableUntil = null, CancelRequested = null, Epoch = epoch,
        };
    });

    /// <summary>The cluster's failed jobs can not be taken up again, and what they owe is due at once; says whether any could.</summary>
    public bool ForgetResumable(string cluster) => database.Write((db, transaction) =>
    {
        db.Execute("UPDATE owed SET not_before = 0 WHERE cluster = @cluster", new { cluster }, transaction);
        return db.Execute(
            "UPDATE jobs SET resumable_until = NULL WHERE cluster = @cluster AND ended IS NOT NULL AND resumable_until IS NOT NULL",
            new { cluster },
            transaction) > 0;
    });

    /// <summary>
    /// Makes the job's one choice durable, together with <paramref name="alongside"/>. Making the same choice again is
    /// nothing; making the other one is a defect. False, and nothing is changed, when it was given up before it could choose
    /// to go forward.
    /// </summary>
    public bool TryDecide(
        JobId id, JobDecision decision, Action<SqliteConnection, SqliteTransaction> alongside) =>
        database.Write((db, transaction) =>
        {
            var cancelled = db.ExecuteScalar<long?>(
                "SELECT cancel_requested FROM jobs WHERE job_id = @id AND decision = 0",
                new { id = id.ToString() },
                transaction);
            if (cancelled is not null && decision != JobDecision.Aborted)
            {
                return false;
            }

            var changed = db.Execute(
                "UPDATE jobs SET decision = @decision WHERE job_id = @id AND decision IN (0, @decision)",
                new { id = id.ToString(), decision = (int)decision },
                transaction);
            if (changed != 1)
            {
                throw new InvalidOperationException($"job {id} has decided otherwise already");
            }

            alongside(db, transaction);
            return true;
        });

    /// <summary>Records what became of the old data of a restore.</summary>
    public void SetAftermath(JobId id, RestoreAftermath aftermath) => database.Write((db, transaction) => db.Execute(
        "UPDATE jobs SET aftermath = @aftermath WHERE job_id = @id",
        new { id = id.ToString(), aftermath = (int)aftermath },
        transaction));

    /// <summary>Ends the job and frees its cluster's lock in one transaction.</summary>
    public void End(JobId id, JobState state, ErrorDetail? error, DateTimeOffset ended) =>
        database.Write((db, transaction) =>
        {
            db.Execute(
                "UPDATE jobs SET state = @state, error = @error, ended = @ended WHERE job_id = @id",
                new
                {
                    id = id.ToString(),
                    state = (int)state,
                    error = error?.ToByteArray(),
                    ended = ended.ToCatalog(),
                },
                transaction);
            LockTable.Free(db, id, transaction);
        });

    /// <summary>
    /// A backup that ended because not one node could be given its commit record has its point after all: its verdict is put right.
    /// Changes nothing of any other job.
    /// </summary>
    public void PointExists(JobId id, JobState verdict, string node, DateTimeOffset at) => database.Write((db, transaction) =>
    {
        var changed = db.Execute(
            "UPDATE jobs SET state = @verdict, error = NULL WHERE job_id = @id AND state = @failed AND decision = @committing",
            new { id = id.ToString(), verdict = (int)verdict, failed = (int)JobState.Failed, committing = (int)JobDecision.Committing },
            transaction);
        if (changed > 0)
        {
            db.Execute(
                """
                INSERT INTO job_events (job_id, sequence, at, node, text, phase)
                SELECT @id, coalesce(max(sequence), 0) + 1, @at, @node, @text, '' FROM job_events WHERE job_id = @id
                """,
                new
                {
                    id = id.ToString(),
                    at = at.ToCatalog(),
                    node,
                    text = "it was given the commit record after the job had ended; the point exists, and the job counts as done",
                },
                transaction);
        }
    });

    /// <summary>Records one node's state within the job.</summary>
    public void PutNode(JobId id, JobNode node) => database.Write((db, transaction) => db.Execute(
        """
        INSERT INTO job_nodes (job_id, node, state) VALUES (@id, @Node, @State)
        ON CONFLICT (job_id, node) DO UPDATE SET state = excluded.state
        """,
        new { id = id.ToString(), node.Node, State = node.ToByteArray() },
        transaction));

    /// <summary>Appends to the job's record.</summary>
    public void AddEvent(JobId id, int sequence, JobEvent happened) =>
        database.Write((db, transaction) => db.Execute(
            """
            INSERT INTO job_events (job_id, sequence, at, node, text, phase)
            VALUES (@id, @sequence, @At, @Node, @Text, @Phase)
            """,
            new
            {
                id = id.ToString(),
                sequence,
                At = happened.At.ToDateTimeOffset().ToCatalog(),
                happened.Node,
                happened.Text,
                happened.Phase,
            },
            transaction));

    /// <summary>The job; null when there is none.</summary>
    public JobRecord? Find(JobId id) => database.Read(db => db
        .QuerySingleOrDefault<Row>("SELECT * FROM jobs WHERE job_id = @id", new { id = id.ToString() })?
        .ToRecord());

    /// <summary>Ids that begin with <paramref name="prefix"/>, at most two; of one user's jobs unless <paramref name="askedBy"/> is null.</summary>
    public IReadOnlyList<JobId> FindByPrefix(string prefix, string? askedBy) => database.Read(db => db
        .Query<string>(
            """
            SELECT job_id FROM jobs WHERE substr(job_id, 1, @length) = @prefix AND (@askedBy IS NULL OR asked_by = @askedBy)
            LIMIT 2
            """,
            new { prefix, length = prefix.Length, askedBy })
        .Select(JobId.Parse)
        .ToList());

    /// <summary>
    /// The newest jobs of a cluster, or of all when <paramref name="cluster"/> is empty; those of one user unless
    /// <paramref name="askedBy"/> is null.
    /// </summary>
    public IReadOnlyList<JobRecord> Newest(string cluster, string? askedBy, int limit) => database.Read(db => db
        .Query<Row>(
            """
            SELECT * FROM jobs WHERE (@cluster = '' OR cluster = @cluster) AND (@askedBy IS NULL OR asked_by = @askedBy)
            ORDER BY created DESC, job_id DESC LIMIT @limit
            """,
            new { cluster, askedBy, limit })
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>Jobs that had not ended when the process did, oldest first.</summary>
    public IReadOnlyList<JobRecord> Unfinished() => database.Read(db => db
        .Query<Row>("SELECT * FROM jobs WHERE ended IS NULL ORDER BY created, job_id")
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>The cluster's decided restores, newest first.</summary>
    public IReadOnlyList<JobRecord> DecidedRestores(string cluster) => database.Read(db => db
        .Query<Row>(
            """
            SELECT * FROM jobs WHERE cluster = @cluster AND kind = @kind AND decision = @decided
            ORDER BY created DESC, job_id DESC
            """,
            new { cluster, kind = JobKind.Restore.Word(), decided = (int)JobDecision.Decided })
        .Select(row => row.ToRecord())
        .ToList());

    /// <summary>The job's nodes, by name.</summary>
    public IReadOnlyList<JobNode> Nodes(JobId id) => database.Read(db => db
        .Query<byte[]>("SELECT state FROM job_nodes WHERE job_id = @id ORDER BY node", new { id = id.ToString() })
        .Select(JobNode.Parser.ParseFrom)
        .ToList());

    /// <summary>The job's events in order.</summary>
    public IReadOnlyList<JobEvent> Events(JobId id) => database.Read(db => db
        .Query<EventRow>(
            "SELECT at, node, text, phase FROM job_events WHERE job_id = @id ORDER BY sequence", new { id = id.ToString() })
        .Select(row => row.ToMessage())
        .ToList());

    private sealed class EventRow
    {
        public long At { get; set; }

        public string Node { get; set; } = "";

        public string Text { get; set; } = "";

        public string Phase { get; set; } = "";

        public JobEvent ToMessage() => new()
        {
            At = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(CatalogTime.FromCatalog(At)),
            Node = Node,
            Text = Text,
            Phase = Phase,
        };
    }

    private sealed class Row
    {
        public string JobId { get; set; } = "";

        public string Kind { get; set; } = "";

        public string Cluster { get; set; } = "";

        public long State { get; set; }

        public string Phase { get; set; } = "";

        public long Created { get; set; }

        public long? Ended { get; set; }

        public long Epoch { get; set; }

        public string PointId { get; set; } = "";

        public string RestoreJobId { get; set; } = "";

        public byte[]? Error { get; set; }

        public byte[] Request { get; set; } = [];

        public string? Plan { get; set; }

        public long Decision { get; set; }

        public long Aftermath { get; set; }

        public long? CancelRequested { get; set; }

        public string AskedBy { get; set; } = "";

        public long? ResumableUntil { get; set; }

        public JobRecord ToRecord() => new(
            Shared.Identifiers.JobId.Parse(JobId),
            JobKinds.Parse(Kind),
            Cluster,
            (JobState)State,
            Phase,
            CatalogTime.FromCatalog(Created),
            Ended is { } ended ? CatalogTime.FromCatalog(ended) : null,
            Epoch,
            PointId,
            RestoreJobId,
            Error is null ? null : ErrorDetail.Parser.ParseFrom(Error),
            ByteString.CopyFrom(Request),
            Plan,
            (JobDecision)Decision,
            (RestoreAftermath)Aftermath,
            CancelRequested is { } requested ? CatalogTime.FromCatalog(requested) : null,
            AskedBy)
        {
            ResumableUntil = ResumableUntil is { } until ? CatalogTime.FromCatalog(until) : null,
        };
    }
}
