using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Native;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>What stands in the way of a backup, found before the server is asked to begin one. Changes nothing.</summary>
internal sealed class BackupChecks(ServerConfiguration configuration, EngineLimits limits)
{
    private const string TablespaceNumbers =
        "SELECT oid::text, spcname::text FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY oid";

    /// <summary>Runs all of them.</summary>
    public async Task<IReadOnlyList<Check>> RunAsync(bool cold, CancellationToken cancellationToken)
    {
        var data = new DataDirectory(configuration.DataDirectory);
        var checks = new List<Check>
        {
            Checks.Run("data", "", () => RequireData(data)),
        };
        if (cold)
        {
            return checks;
        }

        checks.Add(Checks.Run("backup-mode", "", () => RequireNoOther(data)));
        try
        {
            await using var session = await ServerSession.OpenAsync(configuration, limits, database: null, cancellationToken);
            var state = await session.StateAsync(cancellationToken);
            var numbers = await session.AskAsync(TablespaceNumbers, cancellationToken);
            checks.Add(Checks.Run("server", "", () => RequireSame(data, state, session.Version)));
            checks.Add(Checks.Run("log", "", () => RequireLog(state)));
            checks.Add(Checks.Run("tablespaces", "", () => RequireLinks(data, numbers)));
        }
        catch (Exception failure) when (ServerFailures.Translate(failure, configuration) is { } known)
        {
            checks.Add(Checks.Refused("server", "", known));
        }

        return checks;
    }

    private string RequireData(DataDirectory data) => data.MajorVersion.Length > 0
        ? $"'{data.Path}' holds the files of a server of version {data.MajorVersion}"
        : throw new CairnException(
            ErrorCode.PathUnusable,
            $"'{data.Path}' holds no PG_VERSION, so it is no data directory",
            "correct options.data in the agent's configuration",
            subject: configuration.DataDirectory);

    // A label in a live directory is of an exclusive backup, which runs or was broken off: the next start would take the directory for a copy.
    private static string RequireNoOther(DataDirectory data) => NativeFiles.Look($"{data.Path}/backup_label").Kind == FileKind.Missing
        ? "no other backup holds the server in its exclusive mode"
        : throw new CairnException(
            ErrorCode.Unsettled,
            $"'{data.Path}/backup_label' is there: somebody else's backup holds the server in its exclusive mode, or was broken off in it",
            "wait until that backup has ended; when none runs, end the mode (pg_stop_backup()) or move the file away",
            subject: $"{data.Path}/backup_label");

    private string RequireSame(DataDirectory data, ServerState state, string version)
    {
        var resolved = NativeFiles.TryRealPath(state.DataDirectory) ?? state.DataDirectory;
        return resolved == data.Path
            ? $"{version.Split(',')[0]} serves '{data.Path}' as {state.Role}"
            : throw new CairnException(
                ErrorCode.TopologyConflict,
                $"the server that answers serves '{resolved}', not '{data.Path}'",
                "correct options.data, options.host or options.port in the agent's configuration",
                subject: configuration.DataDirectory);
    }

    private static string RequireLog(ServerState state)
    {
        if (state.WalLevel == "minimal")
        {
            throw new CairnException(
                ErrorCode.Unsupported, "wal_level is minimal, with which no backup of a running server can be made", "set wal_level to replica and restart the server");
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"wal_level is {state.WalLevel}, full_page_writes {state.FullPageWrites}, page checksums {(state.Checksums ? "on" : "off")}, archive_mode {state.ArchiveMode}");
    }

    private static string RequireLinks(DataDirectory data, IReadOnlyList<IReadOnlyList<string>> numbers)
    {
        var links = data.Tablespaces().ToDictionary(
            tablespace => tablespace.Number.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
        foreach (var row in numbers)
        {
            var link = $"{data.Path}/pg_tblspc/{row[0]}";
            var usable = links.TryGetValue(row[0], out var tablespace)
                ? tablespace.VersionDirectory.Length > 0
                : NativeFiles.Look(link).Kind == FileKind.Directory;
            if (!usable)
            {
                throw new CairnException(
                    ErrorCode.PathUnusable,
                    $"tablespace '{row[1]}' cannot be read: '{link}' is missing, or does not lead to a directory of this server",
                    "put the link back to where the tablespace's files are",
                    subject: link);
            }
        }

        return numbers.Count == 0
            ? "there are no tablespaces beside the standard ones"
            : $"every tablespace has its link: {string.Join(", ", links.Values.Select(tablespace => tablespace.Location))}";
    }
}
