namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>
/// The names by which one kind and version of server is asked. Chosen once for each connection, by what the server says it is; never
/// by trying. All answers are text, so that no type of the server's catalog has to be known.
/// </summary>
/// <param name="Name">The dialect's name in records.</param>
/// <param name="State">Answers with one row of the columns of <see cref="ServerState"/>, in its order.</param>
/// <param name="Following">Answers with who is followed and how far behind: host, port, bytes; no row when nobody is.</param>
/// <param name="Followers">Answers with the names, addresses and states of those that follow.</param>
/// <param name="Start">Begins a backup; $1 is the label, $2 whether to hurry. Answers with the position.</param>
/// <param name="Stop">Ends it: position, label file, tablespace map.</param>
/// <param name="KeepLog">Keeps the log from here on for the session's life; $1 is a name. Null where no such thing is known.</param>
/// <param name="Session">What a session that holds a backup sets for itself.</param>
/// <param name="Relation">$1 the tablespace (0 for the standard one), $2 the file number: the relation's name.</param>
/// <param name="WalDirectory">The log's directory.</param>
/// <param name="RepairsTornPages">A page that was copied half written is repaired by recovery.</param>
internal sealed record Dialect(
    string Name,
    string State,
    string Following,
    string Followers,
    string Start,
    string Stop,
    string? KeepLog,
    IReadOnlyList<string> Session,
    string Relation,
    string WalDirectory,
    bool RepairsTornPages)
{
    /// <summary>The <see cref="Name"/> of PostgreSQL.</summary>
    public const string PostgreSqlName = "postgresql";

    /// <summary>The <see cref="Name"/> of openGauss.</summary>
    public const string OpenGaussName = "opengauss";

    /// <summary>What a server is asked first: what it calls itself, and its number.</summary>
    public const string WhoAreYou = "SELECT version(), current_setting('server_version_num')";

    /// <summary>The oldest PostgreSQL that is known.</summary>
    public const int OldestPostgreSql = 100000;

    private const int NewNamesSince = 150000;

    private const string PostgreSqlState = """
        SELECT current_setting('server_version'), pg_is_in_recovery()::text, current_setting('data_directory'),
          current_setting('config_file'), current_setting('hba_file'), current_setting('ident_file'),
          CASE WHEN current_setting('data_checksums') = 'on' THEN 'true' ELSE 'false' END,
          current_setting('wal_level'), current_setting('full_page_writes'),
          (SELECT system_identifier::text FROM pg_control_system()), (SELECT timeline_id::text FROM pg_control_checkpoint()),
          (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'),
          (SELECT unit FROM pg_settings WHERE name = 'wal_segment_size'),
          current_setting('archive_mode'), ''
        """;

    private const string PostgreSqlFollowing = """
        SELECT coalesce(sender_host, ''), coalesce(sender_port::text, ''),
          pg_wal_lsn_diff(latest_end_lsn, pg_last_wal_replay_lsn())::text
        FROM pg_stat_wal_receiver WHERE status = 'streaming'
        """;

    private const string PostgreSqlFollowers =
        "SELECT application_name, coalesce(host(client_addr), 'local'), state, pg_wal_lsn_diff(sent_lsn, replay_lsn)::text FROM pg_stat_replication";

    private const string Databases = "SELECT datname FROM pg_database WHERE datallowconn ORDER BY datname";

    private const string PostgreSqlRelation =
        "SELECT pg_filenode_relation($1::oid, $2::oid)::regclass::text";

    /// <summary>Lists the databases, the same in all dialects.</summary>
    public static string DatabaseNames => Databases;

    /// <summary>The dialect of a server that says this of itself.</summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">
    /// <see cref="Cairn.Shared.Errors.ErrorCode.Unsupported"/>: it is none that is known.
    /// </exception>
    public static Dialect Of(string version, string versionNumber)
    {
        if (version.Contains("openGauss", StringComparison.OrdinalIgnoreCase))
        {
            return OpenGauss;
        }

        return int.TryParse(versionNumber, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number >= OldestPostgreSql && version.StartsWith("PostgreSQL ", StringComparison.Ordinal)
            ? PostgreSql(number)
            : throw new Shared.Errors.CairnException(
                Shared.Errors.ErrorCode.Unsupported,
                $"the server calls itself '{new string([.. version.Take(80).Where(c => !char.IsControl(c))])}'",
                "only PostgreSQL from 10 on and openGauss are known");
    }

    /// <summary>PostgreSQL: the functions of the backup got other names in 15.</summary>
    private static Dialect PostgreSql(int number) => new(
        PostgreSqlName,
        PostgreSqlState,
        PostgreSqlFollowing,
        PostgreSqlFollowers,
        number >= NewNamesSince
            ? "SELECT pg_backup_start(label => $1::text, fast => $2::text::boolean)::text"
            : "SELECT pg_start_backup($1::text, $2::text::boolean, false)::text",
        number >= NewNamesSince
            ? "SELECT lsn::text, labelfile, spcmapfile FROM pg_backup_stop(wait_for_archive => false)"
            : "SELECT lsn::text, labelfile, spcmapfile FROM pg_stop_backup(false, false)",
        "SELECT lsn::text FROM pg_create_physical_replication_slot($1::name, true, true)",
        number >= 140000
            ? ["SET statement_timeout = 0", "SET idle_in_transaction_session_timeout = 0", "SET idle_session_timeout = 0"]
            : ["SET statement_timeout = 0", "SET idle_in_transaction_session_timeout = 0"],
        PostgreSqlRelation,
        "pg_wal",
        RepairsTornPages: true);

    /// <summary>
    /// openGauss: the names from before PostgreSQL 10, a backup that is not exclusive only with three arguments, an idle session ended after
    /// ten minutes unless it asks otherwise, and no full pages in its log.
    /// </summary>
    private static Dialect OpenGauss { get; } = new(
        OpenGaussName,
        """
        SELECT substring(version() from 'openGauss[^ ]* [0-9.]+'), pg_is_in_recovery()::text, current_setting('data_directory'),
          current_setting('config_file'), current_setting('hba_file'), current_setting('ident_file'), 'true',
          current_setting('wal_level'), current_setting('full_page_writes'), '', '', '16777216', 'B',
          current_setting('archive_mode'), (SELECT local_role FROM pg_stat_get_stream_replications())
        """,
        """
        SELECT split_part(sender_channel, ':', 1), split_part(split_part(sender_channel, ':', 2), '-', 1),
          pg_xlog_location_diff(sender_flush_location, receiver_replay_location)::text
        FROM pg_stat_get_wal_receiver()
        """,
        "SELECT local_role, peer_role, state, pg_xlog_location_diff(sender_sent_location, receiver_replay_location)::text FROM pg_stat_get_wal_senders()",
        "SELECT pg_start_backup($1::text, $2::text::boolean, false)::text",
        "SELECT lsn::text, labelfile, spcmapfile FROM pg_stop_backup(false)",
        KeepLog: null,
        ["SET session_timeout = 0", "SET statement_timeout = 0"],
        "SELECT relname::text FROM pg_class WHERE relfilenode = $2::text::oid AND $1::text IS NOT NULL",
        "pg_xlog",
        RepairsTornPages: false);
}
