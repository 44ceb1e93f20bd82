using System.Globalization;
using System.Text.RegularExpressions;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>
/// What of a server's files a backup takes. Paths are relative to the data directory, or to a tablespace's own directory; neither has
/// a slash in front.
/// </summary>
internal sealed partial class FileRules
{
    // The server wants the directories and makes what is in them.
    private static readonly HashSet<string> Emptied = new(StringComparer.Ordinal)
    {
        "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans",
    };

    private static readonly HashSet<string> WalDirectories = new(StringComparer.Ordinal) { "pg_wal", "pg_xlog" };

    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "postmaster.pid", "postmaster.opts", "backup_label", "tablespace_map", "backup_manifest", "postgresql.auto.conf.tmp",
        "current_logfiles.tmp", "gs_gazelle.conf", "gaussdb.state", "gs_build.pid", "disc_readonly_test", "pg_rewind_bak",
        "pg_rewind_filemap", "full_upgrade_bak", "delay_xlog_recycle", "delay_ddl_recycle",
    };

    // Of stopped servers the log belongs to the data; only what tells of a running one goes.
    private static readonly HashSet<string> LeftOutCold = new(StringComparer.Ordinal)
    {
        "postmaster.pid", "postmaster.opts", "postgresql.auto.conf.tmp", "current_logfiles.tmp", "gs_build.pid",
    };

    private readonly Dictionary<string, HashSet<string>> unlogged = new(StringComparer.Ordinal);

    /// <summary>Whether an entry of the data directory is left out. The control file is: it is taken last.</summary>
    public bool IsLeftOut(string directory, string path, FileKind kind, bool cold)
    {
        if (kind == FileKind.Other || (cold ? LeftOutCold : LeftOut).Contains(path))
        {
            return true;
        }

        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var top = slash < 0 ? path : path[..slash];
        if (top == "pg_tblspc")
        {
            // The links are made anew from the map, to where the restore puts the tablespaces.
            return kind == FileKind.SymbolicLink;
        }

        if (slash > 0 && Emptied.Contains(top))
        {
            return true;
        }

        if (slash > 0 && WalDirectories.Contains(top))
        {
            return !cold && !(kind == FileKind.Directory && path[(slash + 1)..] == "archive_status");
        }

        return path == Configuration.ControlFile.Name
            || path.StartsWith("global/pg_dw", StringComparison.Ordinal)
            || IsLeftOutAnywhere(directory, path, cold);
    }

    /// <summary>Whether an entry of a tablespace's own directory is left out.</summary>
    public bool IsLeftOutOfTablespace(string directory, string path, FileKind kind, bool cold) =>
        kind == FileKind.Other || IsLeftOutAnywhere(directory, path, cold);

    /// <summary>The number among its relation's files of a file that is made of pages; null of any other.</summary>
    public static uint? SegmentOf(string path, bool inTablespace)
    {
        var slash = path.LastIndexOf('/');
        var holds = slash > 0 && (inTablespace ? DatabaseDirectory() : PagedDirectory()).IsMatch(path[..slash]);
        var match = holds ? PagedFile().Match(path[(slash + 1)..]) : Match.Empty;
        return !match.Success ? null
            : match.Groups[2].Success ? uint.Parse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
    }

    // A server that starts makes unlogged relations anew out of their initial fork.
    private bool IsLeftOutAnywhere(string directory, string path, bool cold)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (path.Split('/').Any(part => part.StartsWith("pgsql_tmp", StringComparison.Ordinal))
            || name.StartsWith("pg_internal.init", StringComparison.Ordinal)
            || TemporaryFile().IsMatch(name))
        {
            return true;
        }

        return !cold && PagedFile().Match(name) is { Success: true } relation
            && !name.Contains("_init", StringComparison.Ordinal)
            && UnloggedIn(path.Length == name.Length ? directory : $"{directory}/{path[..(path.Length - name.Length - 1)]}")
                .Contains(relation.Groups[1].Value);
    }

    private HashSet<string> UnloggedIn(string directory)
    {
        if (!unlogged.TryGetValue(directory, out var found))
        {
            // One directory's files are looked at together.
            unlogged.Clear();
            found = [.. (NativeFiles.ListNames(directory) ?? [])
                .Select(name => InitialFork().Match(name)).Where(match => match.Success).Select(match => match.Groups[1].Value)];
            unlogged[directory] = found;
        }

        return found;
    }

    [GeneratedRegex(@"^([0-9]+)(?:_(?:fsm|vm|init))?(?:\.([0-9]{1,5}))?$")]
    private static partial Regex PagedFile();

    [GeneratedRegex("^(global|base/[0-9]+)$")]
    private static partial Regex PagedDirectory();

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex DatabaseDirectory();

    [GeneratedRegex(@"^t[0-9]+_[0-9]+(_(fsm|vm))?(\.[0-9]+)?$")]
    private static partial Regex TemporaryFile();

    [GeneratedRegex("^([0-9]+)_init$")]
    private static partial Regex InitialFork();
}
