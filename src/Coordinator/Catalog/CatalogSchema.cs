using Cairn.Shared.Errors;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>
/// The catalog's tables and the steps from each version to the next. The version is SQLite's <c>user_version</c>. Times are
/// UTC milliseconds since 1970; blobs are the named messages of protos/cairn/v1.
/// </summary>
internal static class CatalogSchema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE nodes (
            name TEXT PRIMARY KEY,
            address TEXT NOT NULL,
            agent_version TEXT NOT NULL,
            protocol_version INTEGER NOT NULL,
            description BLOB NOT NULL,          -- NodeDescription
            registered_at INTEGER NOT NULL
        );
        CREATE TABLE clusters (
            name TEXT PRIMARY KEY,
            engine TEXT NOT NULL,
            nodes TEXT NOT NULL,                -- JSON array of names
            epoch INTEGER NOT NULL,             -- of the last lock that was taken
            locked_by TEXT,                     -- job id; NULL when free
            locked_at INTEGER
        );
        CREATE TABLE jobs (
            job_id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            cluster TEXT NOT NULL,
            state INTEGER NOT NULL,             -- JobState
            phase TEXT NOT NULL,
            created INTEGER NOT NULL,
            ended INTEGER,
            epoch INTEGER NOT NULL,
            point_id TEXT NOT NULL,
            restore_job_id TEXT NOT NULL,
            error BLOB,                         -- ErrorDetail
            request BLOB NOT NULL,              -- the request message of the kind
            plan TEXT,                          -- JSON; NULL until the job has sent anything
            decision INTEGER NOT NULL,          -- 0 none, 1 committing, 2 aborted, 3 decided
            aftermath INTEGER NOT NULL          -- of a decided restore: 0 none, 1 undoing, 2 undone, 3 discarding, 4 discarded
        );
        CREATE INDEX jobs_by_cluster ON jobs (cluster, created);
        CREATE TABLE job_nodes (
            job_id TEXT NOT NULL REFERENCES jobs (job_id),
            node TEXT NOT NULL,
            state BLOB NOT NULL,                -- JobNode
            PRIMARY KEY (job_id, node)
        );
        CREATE TABLE job_events (
            job_id TEXT NOT NULL REFERENCES jobs (job_id),
            sequence INTEGER NOT NULL,
            at INTEGER NOT NULL,
            node TEXT NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (job_id, sequence)
        );
        CREATE TABLE points (
            cluster TEXT NOT NULL,
            point_id TEXT NOT NULL,
            record BLOB NOT NULL,               -- CommitRecord
            PRIMARY KEY (cluster, point_id)
        );
        CREATE TABLE owed (
            id INTEGER PRIMARY KEY,
            node TEXT NOT NULL,
            cluster TEXT NOT NULL,
            job_id TEXT NOT NULL,
            command INTEGER NOT NULL,           -- OwedCommand
            request BLOB NOT NULL,              -- the command's message; its header is made anew for each delivery
            attempt INTEGER NOT NULL,           -- the next delivery's number
            created INTEGER NOT NULL,
            last_error TEXT NOT NULL,
            UNIQUE (job_id, node, command)
        );
        """,
        """
        ALTER TABLE jobs ADD COLUMN cancel_requested INTEGER;           -- when somebody gave the job up; NULL when nobody has
        ALTER TABLE clusters ADD COLUMN lock_reason TEXT;               -- of a lock for maintenance, whose locked_by is no job id
        ALTER TABLE job_events ADD COLUMN phase TEXT NOT NULL DEFAULT ''; -- the phase that began with this event
        """,
        """
        CREATE TABLE join_tokens (
            id TEXT PRIMARY KEY,                -- 32 hex digits
            node TEXT NOT NULL,
            secret_hash BLOB NOT NULL,          -- SHA-256
            expires INTEGER NOT NULL,
            used_by BLOB                        -- SHA-256 of the public key that it was used for; NULL: unused
        );
        CREATE TABLE revocations (
            node TEXT PRIMARY KEY,
            revoked_at INTEGER NOT NULL         -- certificates that begin until then are refused
        );
        """,
        """
        ALTER TABLE jobs ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';  -- a user's name; empty: before users were known
        CREATE TABLE users (
            name TEXT PRIMARY KEY,
            role INTEGER NOT NULL,              -- 0 viewer, 1 operator, 2 admin
            all_jobs INTEGER NOT NULL,
            created INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            expires INTEGER,                    -- NULL: never
            token_hash BLOB NOT NULL            -- SHA-256 of the token; empty: none
        );
        CREATE TABLE plans (
            hash TEXT PRIMARY KEY,              -- SHA-256 of steps, lower-case hex
            steps TEXT NOT NULL,                -- what was shown, to name what changed
            made INTEGER NOT NULL
        );
        CREATE TABLE audit_anchor (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            first_sequence INTEGER NOT NULL,    -- of the oldest file that is kept
            first_previous BLOB NOT NULL,       -- the hash that its first record follows
            head_sequence INTEGER NOT NULL,
            head_hash BLOB NOT NULL
        );
        """,
        """
        CREATE TABLE lock_holders (
            cluster TEXT NOT NULL,
            job_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (cluster, job_id)
        );
        INSERT INTO lock_holders (cluster, job_id, kind, since)
            SELECT c.name, c.locked_by, j.kind, c.locked_at FROM clusters c JOIN jobs j ON j.job_id = c.locked_by
            WHERE c.lock_reason IS NULL;
        -- From here on locked_by and locked_at are of a lock for maintenance only.
        UPDATE clusters SET locked_by = NULL, locked_at = NULL WHERE lock_reason IS NULL;
        ALTER TABLE clusters ADD COLUMN on_node_failure INTEGER NOT NULL DEFAULT 1; -- NodeFailurePolicy
        ALTER TABLE points ADD COLUMN deleted INTEGER;                  -- when it was decided; nodes that are away may still hold it
        ALTER TABLE owed ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN resumable_until INTEGER;            -- of a job that failed and whose captures are kept so long
        """,
    ];

    /// <summary>Applies what is missing, each step in a transaction of its own.</summary>
    /// <exception cref="CairnException">The file is from a newer version.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        var version = connection.ExecuteScalar<long>("PRAGMA user_version");
        if (version > Steps.Length)
        {
            throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"the catalog '{path}' has schema {version}, this version knows {Steps.Length}",
                "use the newer version, or another state directory",
                subject: path);
        }

        for (var next = (int)version; next < Steps.Length; next++)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(Steps[next], transaction: transaction);

            // The pragma takes no parameters; the number is ours.
            connection.Execute($"PRAGMA user_version = {next + 1}", transaction: transaction);
            transaction.Commit();
        }
    }
}
