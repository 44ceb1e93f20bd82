using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Shared.Errors;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>Asks a server which relation a file is. What it cannot tell is left empty: the file's path says where it is in any case.</summary>
internal sealed class RelationNames(ServerConfiguration configuration, EngineLimits limits, HeldBackup backup)
{
    private const string DatabaseByNumber = "SELECT datname::text FROM pg_database WHERE oid = $1::text::oid AND datallowconn";

    /// <summary><c>database: relation</c>; empty when it cannot be told.</summary>
    public async Task<string> FindAsync(string file, CancellationToken cancellationToken)
    {
        // data/base/DATABASE/FILE, data/global/FILE, tablespace-NUMBER/DATABASE/FILE
        var parts = file.Split('/');
        var database = parts[0] == BackupEntries.DataRoot ? parts[1] == "base" ? parts[2] : "" : parts[1];
        var tablespace = parts[0] == BackupEntries.DataRoot ? parts[1] == "base" ? "0" : "1664" : parts[0][(parts[0].IndexOf('-', StringComparison.Ordinal) + 1)..];
        var number = new string([.. parts[^1].TakeWhile(char.IsAsciiDigit)]);
        if (!uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return "";
        }

        try
        {
            var name = configuration.Database;
            if (database.Length > 0)
            {
                var rows = await backup.AskAsync(DatabaseByNumber, cancellationToken, database);
                if (rows.Count == 0)
                {
                    return "";
                }

                name = rows[0][0];
            }

            await using var session = await ServerSession.OpenAsync(configuration, limits, name, cancellationToken);
            var found = await session.AskAsync(session.Dialect.Relation, cancellationToken, tablespace, number);
            var relation = found.Count > 0 ? found[0][0] : "";
            return relation.Length == 0 ? "" : $"{name}: {relation}";
        }
        catch (Exception failure) when (failure is CairnException or NpgsqlException)
        {
            // The page is listed by its file; a name is a courtesy.
            return "";
        }
    }
}
