using Cairn.Shared.Errors;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cairn.Coordinator.Catalog;

/// <summary>
/// The coordinator's durable memory: one SQLite file in WAL mode, every transaction synced before it counts. Owns the one
/// connection; calls from any thread are serialized. Another process on the same file is refused.
/// </summary>
internal sealed class CatalogDatabase : IDisposable
{
    private const int SqliteBusy = 5;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private readonly Lock gate = new();
    private readonly SqliteConnection connection;

    private CatalogDatabase(SqliteConnection connection) => this.connection = connection;

    /// <summary>Opens the catalog at <paramref name="path"/>, makes it when it is missing, and brings its schema up to date.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.ConfigurationInvalid"/>: used by another process, from a newer version, or not a catalog.
    /// <see cref="ErrorCode.InputOutput"/>: the directory or file cannot be read or written.
    /// </exception>
    public static CatalogDatabase Open(string path)
    {
        SystemSqlite.EnsureReady();
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqliteConnection? connection = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadWriteCreate,
                Pooling = false,
                DefaultTimeout = 1,
            }.ToString());
            connection.Open();

            // Exclusive: two coordinators on one catalog would both believe that they hold every lock in it.
            connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
            connection.Execute("PRAGMA journal_mode = WAL");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA foreign_keys = ON");
            CatalogSchema.Migrate(connection, path);
            return new CatalogDatabase(connection);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw Translate(failure, path);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Runs a query. No other call runs meanwhile; keep it short.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        lock (gate)
        {
            return query(connection);
        }
    }

    /// <summary>Runs <paramref name="change"/> in one transaction that is durable when this returns; rolled back when it throws.</summary>
    public T Write<T>(Func<SqliteConnection, SqliteTransaction, T> change)
    {
        lock (gate)
        {
            using var transaction = connection.BeginTransaction();
            var result = change(connection, transaction);
            transaction.Commit();
            return result;
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public void Write(Action<SqliteConnection, SqliteTransaction> change) => Write<object?>((db, transaction) =>
    {
        change(db, transaction);
        return null;
    });

    /// <summary>Closes the file. Later calls fail.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            connection.Dispose();
        }
    }

    private static CairnException Translate(Exception failure, string path) => failure switch
    {
        SqliteException { SqliteErrorCode: SqliteBusy } => new CairnException(
            ErrorCode.ConfigurationInvalid,
            $"the catalog '{path}' is in use by another process",
            "stop the other coordinator, or give this one its own state directory",
            subject: path,
            cause: failure),
        SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } => new CairnException(
            ErrorCode.ConfigurationInvalid,
            $"'{path}' is not a readable catalog",
            "move it aside and start again; points are found again in the agents' repositories",
            subject: path,
            cause: failure),
        _ => new CairnException(
            ErrorCode.InputOutput,
            $"the catalog '{path}' cannot be opened: {failure.Message}",
            "see that the directory exists and is writable for this user",
            subject: path,
            cause: failure),
    };
}
