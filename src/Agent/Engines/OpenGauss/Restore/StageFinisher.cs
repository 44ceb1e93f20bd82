using System.Globalization;
using System.Text;
using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>
/// Makes of the staged files a server that recovers to where the backup ended and then takes writes on a timeline of its own: links to the
/// tablespaces' new places, the map that the server makes its own links from, and the settings of the recovery. Checked before the server can start.
/// </summary>
internal sealed class StageFinisher(ServerConfiguration configuration)
{
    private const string AutoFile = "postgresql.auto.conf";
    private const string MainFile = "postgresql.conf";
    private const int FirstWithSignalFiles = 12;
    private const uint FileMode = 0x180;

    private static readonly string[] Signals = ["standby.signal", "recovery.signal", "recovery.conf", "recovery.done", "postmaster.pid"];

    /// <summary>Finishes it. May be repeated over a stage that was filled anew.</summary>
    public void Finish(RestoreRequestFacts request, RestoreLayout layout, IReadOnlyDictionary<string, string> stageByRoot)
    {
        var record = RestoreRecord.Parse(request.Record);
        var data = stageByRoot[BackupEntries.DataRoot];
        var places = Places(record, layout);
        foreach (var signal in Signals)
        {
            NativeFiles.Unlink($"{data}/{signal}");
        }

        var owner = NativeFiles.Require($"{data}/PG_VERSION");
        Link(record, places, data, stageByRoot, owner);
        WriteMap(record, places, data, owner);
        WriteSettings(record, request, data, owner);
        RequireWhole(record, places, data);
    }

    private Dictionary<uint, string> Places(RestoreRecord record, RestoreLayout layout)
    {
        var places = new Dictionary<uint, string>();
        foreach (var tablespace in record.Tablespaces)
        {
            var target = layout.Targets.FirstOrDefault(target => target.Root == tablespace.Root);
            places[tablespace.Number] = target is not null
                ? Path.GetDirectoryName(target.TargetPath)!
                : tablespace.Inside && tablespace.Location.StartsWith(record.DataDirectory + "/", StringComparison.Ordinal)
                    ? configuration.DataDirectory + tablespace.Location[record.DataDirectory.Length..]
                    : tablespace.Location;
        }

        return places;
    }

    private static void Link(
        RestoreRecord record, Dictionary<uint, string> places, string data, IReadOnlyDictionary<string, string> stageByRoot, FileStatus owner)
    {
        NativeFiles.MakeDirectory($"{data}/pg_tblspc", 0x1C0);
        foreach (var tablespace in record.Tablespaces)
        {
            if (!tablespace.Inside && tablespace.VersionDirectory.Length > 0
                && (!stageByRoot.TryGetValue(tablespace.Root, out var stage) || NativeFiles.Look(stage).Kind != FileKind.Directory))
            {
                throw new CairnException(
                    ErrorCode.PointDamaged,
                    $"the files of tablespace {tablespace.Number.ToString(CultureInfo.InvariantCulture)} are not staged, and a server without them starts and lacks its tables",
                    "run the restore again; if it stays, restore another point",
                    subject: tablespace.Location);
            }

            var link = $"{data}/pg_tblspc/{tablespace.Number.ToString(CultureInfo.InvariantCulture)}";
            NativeFiles.Unlink(link);
            File.CreateSymbolicLink(link, places[tablespace.Number]);
            NativeFiles.ChangeOwner(link, owner.UserId, owner.GroupId);
        }
    }

    private static void WriteMap(RestoreRecord record, Dictionary<uint, string> places, string data, FileStatus owner)
    {
        var path = $"{data}/tablespace_map";
        if (record.Cold || NativeFiles.Look(path).Kind == FileKind.Missing)
        {
            return;
        }

        var map = TablespaceMapFile.Parse(File.ReadAllText(path));
        var unknown = map.FirstOrDefault(line => !places.ContainsKey(line.Number));
        if (unknown.Location is not null)
        {
            throw new CairnException(
                ErrorCode.PointDamaged,
                $"the point's tablespace map names tablespace {unknown.Number.ToString(CultureInfo.InvariantCulture)} in '{unknown.Location}', of which the point has no files",
                "it was made or dropped during the backup; restore another point",
                subject: unknown.Location);
        }

        Write(path, TablespaceMapFile.Format(map.Select(line => (line.Number, places[line.Number]))), owner);
    }

    private void WriteSettings(RestoreRecord record, RestoreRequestFacts request, string data, FileStatus owner)
    {
        var isCopy = RestorePlanner.IsCopy(configuration, record, request);
        var settings = new List<KeyValuePair<string, string>>();
        var recovery = new List<KeyValuePair<string, string>>();
        if (!record.Cold && record.Dialect == Server.Dialect.PostgreSqlName)
        {
            // Nothing is fetched: the log is in the point. That there is a command makes it a recovery that ends on a timeline of its own.
            recovery.Add(KeyValuePair.Create("restore_command", "/bin/false"));
            if (record.Role == Server.Roles.Primary)
            {
                recovery.Add(KeyValuePair.Create("recovery_target", "immediate"));
                recovery.Add(KeyValuePair.Create("recovery_target_action", "promote"));
            }

            // A standby's log may end at the very record that makes it consistent. The target is looked for before a next record only,
            // so the server would refuse to start; without a target it recovers to the end of the log that the point has.
            if (HasSignalFiles(record))
            {
                recovery.Add(KeyValuePair.Create("recovery_target_timeline", "current"));
                settings.AddRange(recovery);
                Write($"{data}/recovery.signal", "", owner);
            }
            else
            {
                Write($"{data}/recovery.conf", SettingsFile.Rewrite("", static _ => false, recovery), owner);
            }
        }

        if (record.Dialect != Server.Dialect.PostgreSqlName)
        {
            // The server makes its double-write files anew when it finds this one.
            Write($"{data}/global/pg_dw.build", new byte[8192], owner);
        }

        if (RestoreWords.MustNotArchive(request.Parameters, isCopy))
        {
            settings.Add(KeyValuePair.Create("archive_mode", "off"));
        }

        if (isCopy)
        {
            settings.Add(KeyValuePair.Create("synchronous_standby_names", ""));
        }

        settings.AddRange(RestoreWords.Settings(request.Parameters));
        if (NativeFiles.Look($"{data}/{MainFile}").Kind == FileKind.Regular
            && File.ReadAllText($"{data}/{MainFile}") is var main
            && SettingsFile.Rewrite(main, IsRecovery, []) is var cleared && cleared != main && main.EndsWith('\n'))
        {
            Write($"{data}/{MainFile}", cleared, owner);
        }

        var auto = NativeFiles.Look($"{data}/{AutoFile}").Kind == FileKind.Regular ? File.ReadAllText($"{data}/{AutoFile}") : "";
        Write($"{data}/{AutoFile}", SettingsFile.Rewrite(auto, IsRecovery, settings), owner);
    }

    private static bool IsRecovery(string name) => name == "restore_command" || name.StartsWith("recovery_target", StringComparison.Ordinal);

    private static bool HasSignalFiles(RestoreRecord record) =>
        !int.TryParse(record.MajorVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major >= FirstWithSignalFiles;

    private static void RequireWhole(RestoreRecord record, Dictionary<uint, string> places, string data)
    {
        foreach (var (number, place) in places)
        {
            var link = $"{data}/pg_tblspc/{number.ToString(CultureInfo.InvariantCulture)}";
            if (new FileInfo(link).LinkTarget != place)
            {
                throw new CairnException(ErrorCode.Internal, $"'{link}' does not lead to '{place}'", "run the restore again", subject: link);
            }
        }

        // A server that finds no label starts from some checkpoint and says nothing of what it lacks.
        if (!record.Cold && NativeFiles.Look($"{data}/backup_label").Kind != FileKind.Regular)
        {
            throw new CairnException(
                ErrorCode.PointDamaged, "the staged data have no backup_label, without which the server would start damaged and not notice", "restore another point", subject: data);
        }
    }

    private static void Write(string path, string text, FileStatus owner) => Write(path, Encoding.UTF8.GetBytes(text), owner);

    private static void Write(string path, byte[] content, FileStatus owner)
    {
        DurableFile.Publish(path, content);
        NativeFiles.ChangeOwner(path, owner.UserId, owner.GroupId);
        NativeFiles.ChangeMode(path, FileMode);
    }
}
