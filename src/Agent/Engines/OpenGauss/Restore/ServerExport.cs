using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>A server's part of a point as the servers' own tools would have written it.</summary>
internal static class ServerExport
{
    /// <summary><c>base</c>, one for each tablespace by its number, and the log.</summary>
    public static IReadOnlyList<ExportArchive> Archives(RestoreRecord record)
    {
        var log = $"{BackupEntries.DataRoot}/{(record.Dialect == Server.Dialect.PostgreSqlName ? "pg_wal" : "pg_xlog")}/";
        return
        [
            .. record.Tablespaces.Where(tablespace => tablespace is { Inside: false, VersionDirectory: not "" })
                .Select(tablespace => new ExportArchive(
                    tablespace.Root[(tablespace.Root.IndexOf('-', StringComparison.Ordinal) + 1)..],
                    path => path == tablespace.Root ? tablespace.VersionDirectory
                        : path.StartsWith(tablespace.Root + "/", StringComparison.Ordinal) ? tablespace.VersionDirectory + path[tablespace.Root.Length..]
                        : null)),
            new ExportArchive("base", path =>
                path.StartsWith(BackupEntries.DataRoot + "/", StringComparison.Ordinal) && !IsLog(path) ? path[(BackupEntries.DataRoot.Length + 1)..] : null),
            new ExportArchive("pg_wal", path => IsLog(path) ? path[log.Length..] : null),
        ];

        // The empty directories stay in the base, where a server wants them.
        bool IsLog(string path) => !record.Cold && path.StartsWith(log, StringComparison.Ordinal) && path != log + "archive_status";
    }

    /// <summary>
    /// Makes a server that starts as it is of a directory with a directory for each root, which will be found at <paramref name="place"/>: a copy,
    /// which does not archive, with its tablespaces beside it.
    /// </summary>
    public static void Finish(RestoreRecord record, EngineParameters parameters, string directory, string place)
    {
        var data = $"{directory}/{BackupEntries.DataRoot}";
        var stages = new Dictionary<string, string>(StringComparer.Ordinal) { [BackupEntries.DataRoot] = data };
        var targets = new List<RestoreTarget>();
        foreach (var tablespace in record.Tablespaces.Where(tablespace => tablespace is { Inside: false, VersionDirectory: not "" }))
        {
            // A location holds a directory for each version of server.
            var location = $"{directory}/{tablespace.Root}";
            var owner = NativeFiles.Require(location);
            NativeFiles.Rename(location, location + ".part");
            NativeFiles.MakeDirectory(location, owner.Mode);
            NativeFiles.ChangeOwner(location, owner.UserId, owner.GroupId);
            NativeFiles.Rename(location + ".part", $"{location}/{tablespace.VersionDirectory}");
            stages[tablespace.Root] = $"{location}/{tablespace.VersionDirectory}";
            targets.Add(new RestoreTarget(tablespace.Root, $"{place}/{tablespace.Root}/{tablespace.VersionDirectory}", Content: true));
        }

        // Its server must be able to get there.
        var user = NativeFiles.Require(data);
        NativeFiles.ChangeOwner(directory, user.UserId, user.GroupId);
        var target = $"{place}/{BackupEntries.DataRoot}";
        targets.Add(new RestoreTarget(BackupEntries.DataRoot, target, Content: true));
        var here = new ServerConfiguration(target, null, null, "postgres", "postgres", null, null, target);
        new StageFinisher(here).Finish(
            new RestoreRequestFacts(record.ToJson(), MetadataHere: true, parameters, ForeignNode: true), new RestoreLayout(targets, []), stages);
    }
}
