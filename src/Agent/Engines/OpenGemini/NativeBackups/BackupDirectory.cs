using System.Text.RegularExpressions;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Raft;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// One directory that a native backup wrote, and where in it this host's parts lie: below <c>data_backup</c> and <c>wal_backup</c> stands the
/// whole path that they had, so several stores may share a directory; <c>meta_backup</c> holds META itself. Only looks.
/// </summary>
internal sealed partial class BackupDirectory
{
    private const string MetaLog = "backup_log/meta_backup_log.json";
    private const int MaxDepth = 64;

    private BackupDirectory(string path, ResultFile result) => (Path, Result) = (path, result);

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>What the server said of it.</summary>
    public ResultFile Result { get; }

    /// <summary>The data directory in it; null when the instance has no store.</summary>
    public string? Data { get; private set; }

    /// <summary>What the data directory was on the host that was backed up, as the logs name it.</summary>
    public string DataPath { get; private set; } = "";

    /// <summary>The WAL directory in it; null when it holds none, as of databases with a single copy.</summary>
    public string? Wal { get; private set; }

    /// <summary>META in it; null on hosts whose ts-meta did not lead.</summary>
    public string? Meta { get; private set; }

    /// <summary>Made by v1.3 or v1.4 [source].</summary>
    public bool IsOld { get; private set; }

    /// <summary>Looks at a directory.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ForeignBackupUnusable"/>, <see cref="ErrorCode.Unsupported"/>, <see cref="ErrorCode.PathUnusable"/>.</exception>
    public static BackupDirectory Open(string path, OpenGeminiConfiguration configuration)
    {
        if (!System.IO.Path.IsPathFullyQualified(path) || NativeFiles.Look(path).Kind != FileKind.Directory)
        {
            throw new CairnException(ErrorCode.PathUnusable, $"'{path}' is not an absolute path of a directory", "name the directory that was the backup's backupPath", subject: path);
        }

        var opened = new BackupDirectory(path, ResultFile.Read(path));
        opened.CheckResult();
        if (configuration.DataRoot is { } live)
        {
            opened.FindData(live);
            opened.FindWal();
        }

        opened.FindMeta();
        return opened;
    }

    private void CheckResult()
    {
        if (Result.State == ResultState.Failed)
        {
            throw ForeignFailures.Unusable($"{Result.Finding}, so the backup is not whole", "use another backup", ResultFile.PathIn(Path));
        }

        if (Result.Databases.Count > 0)
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"'{Path}' holds only the database(s) {string.Join(", ", Result.Databases)} (taken with dbs=), and a point is the whole of a node",
                "import a backup of all databases; ts-recover restores single databases into a running server",
                subject: Path);
        }
    }

    private void FindData(string live)
    {
        var found = Find("data_backup", name => Shard().IsMatch(name), levels: 4);
        var told = Result.DataDirectory.Length > 0 ? Result.DataDirectory.TrimEnd('/') + "/data" : null;
        DataPath = told is not null && found.Contains(told) ? told
            : found.Contains(live) ? live
            : found.Count == 1 && told is null ? found[0]
            : throw ForeignFailures.Unusable(
                found.Count == 0 ? $"'{Path}/data_backup' holds no data" : $"'{Path}/data_backup' holds the data of {string.Join(", ", found)}, but {(told is null ? "nothing tells which are this host's" : $"not of {told}, which its result names")}",
                "name the directory that this host's store wrote; use one directory per node",
                Path);
        Data = $"{Path}/data_backup{DataPath}";
    }

    private void FindWal()
    {
        var found = Find("wal_backup", name => name == RaftLog.DirectoryName, levels: 3);
        var told = Result.WalDirectory.TrimEnd('/') + "/wal";
        var path = found.Contains(told) ? told : found.Count == 1 ? found[0] : null;
        if (path is null && found.Count > 0)
        {
            throw ForeignFailures.Unusable(
                $"'{Path}/wal_backup' holds the logs of {string.Join(", ", found)}, and nothing tells which are this host's", "use one directory per node", Path);
        }

        Wal = path is null ? null : $"{Path}/wal_backup{path}";
    }

    private void FindMeta()
    {
        var meta = $"{Path}/meta_backup";
        IsOld = File.Exists($"{meta}/{MetaLog}");
        Meta = NativeFiles.ListNames(meta)?.Any(name => name != BackupLog.DirectoryName) == true ? meta : null;
    }

    // The paths, as they were on the host, of directories that have what is wanted so many levels below them.
    private List<string> Find(string part, Func<string, bool> isWanted, int levels)
    {
        var top = $"{Path}/{part}";
        var found = new List<string>();
        _ = TreeWalk.Below(top, item => Enter(item, isWanted, levels, found)).Count();
        return found;
    }

    private static bool Enter(TreeItem item, Func<string, bool> isWanted, int levels, List<string> found)
    {
        var parts = item.Path.Split('/');
        if (found.Any(root => ("/" + item.Path).StartsWith(root + "/", StringComparison.Ordinal)) || parts.Length > MaxDepth)
        {
            return false;
        }

        if (parts.Length <= levels || !isWanted(parts[^1]))
        {
            return true;
        }

        found.Add("/" + string.Join('/', parts[..^levels]));
        return false;
    }

    [GeneratedRegex(@"\A[0-9]+_[0-9]+_[0-9]+_[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
