using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// The data directory that a full backup, or a full backup and an increment on it, make together: of each shard exactly the files that the logs
/// name, without those that the increment's log deletes; the index of the increment, which is always a whole one. Reads shard by shard,
/// and checks every file that it names.
/// </summary>
/// <param name="full">The full backup.</param>
/// <param name="increment">The increment; null for the full alone; may be the same directory.</param>
internal sealed class NativeTree(BackupDirectory full, BackupDirectory? increment)
{
    private const string IndexName = "index";
    private const int IndexLevel = 3;
    private static readonly BackupLog None = new(new HashSet<string>(), new HashSet<string>(), TimeNs: 0);

    /// <summary>When the shards' logs say that the full backup began, in ns since 1970; 0 before anything was read.</summary>
    public long FullTimeNs { get; private set; }

    /// <summary>Files that lie in shards of the backup and are named by no log; they are left out.</summary>
    public long Unlisted { get; private set; }

    /// <summary>One of <see cref="Unlisted"/>.</summary>
    public string FirstUnlisted { get; private set; } = "";

    /// <summary>Files that the increment's logs delete.</summary>
    public long Deleted { get; private set; }

    /// <summary>
    /// Everything, relative to the data directory, directories before what is in them, the directory itself first as an empty path; with it where
    /// it lies.
    /// </summary>
    /// <exception cref="CairnException">As <see cref="IImportingEngine.ReadForeign"/>.</exception>
    public IEnumerable<(string Path, string Physical)> Items(CancellationToken cancellationToken)
    {
        (FullTimeNs, Unlisted, Deleted) = (0, 0, 0);
        return Walk("", level: 0, cancellationToken);
    }

    private IEnumerable<(string Path, string Physical)> Walk(string path, int level, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (old, changed) = (In(full, path), increment is null ? null : In(increment, path));
        yield return (path, changed ?? old ?? throw ForeignFailures.Damaged($"{full.Data}/{path}", "it is gone"));
        foreach (var name in Names(old).Union(Names(changed)).Order(StringComparer.Ordinal))
        {
            var below = path.Length == 0 ? name : $"{path}/{name}";
            var items = level < IndexLevel ? Walk(below, level + 1, cancellationToken)
                : name == IndexName ? Index(below)
                : Shard(below);
            foreach (var item in items)
            {
                yield return item;
            }
        }
    }

    // An increment holds the whole index; one that has none of this policy was taken when the database was gone.
    private IEnumerable<(string Path, string Physical)> Index(string path)
    {
        var top = (increment is null ? null : In(increment, path)) ?? In(full, path)!;
        return TreeWalk.Below(top).Select(item => ($"{path}/{item.Path}", RequirePlain($"{top}/{item.Path}"))).Prepend((path, top));
    }

    private List<(string Path, string Physical)> Shard(string path)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var present = new HashSet<string>(StringComparer.Ordinal);
        var sources = new List<BackupDirectory> { full };
        if (increment is not null && increment.Path != full.Path)
        {
            sources.Add(increment);
        }

        foreach (var source in sources.Where(source => In(source, path) is not null))
        {
            Add(source, path, found, present);
        }

        var listed = Listed(path, present.Count > 0);
        foreach (var (relative, physical) in listed)
        {
            found[relative] = physical;
        }

        foreach (var left in present.Where(file => !listed.ContainsKey(file)).Order(StringComparer.Ordinal))
        {
            FirstUnlisted = Unlisted++ == 0 ? $"{path}/{left}" : FirstUnlisted;
        }

        // A path sorts after the directory that it is in.
        return [.. found.Select(item => (item.Key.Length == 0 ? path : $"{path}/{item.Key}", item.Value))];
    }

    // Directories and the logs are taken as they are; other files only when a log names them.
    private static void Add(BackupDirectory source, string path, SortedDictionary<string, string> found, HashSet<string> present)
    {
        var top = In(source, path)!;
        found[""] = top;
        foreach (var item in TreeWalk.Below(top))
        {
            var physical = RequirePlain($"{top}/{item.Path}");
            if (item.Status.Kind == FileKind.Directory || CapturedDirectory.ParentOf(item.Path) == BackupLog.DirectoryName)
            {
                found[item.Path] = physical;
            }
            else
            {
                present.Add(item.Path);
            }
        }
    }

    private Dictionary<string, string> Listed(string path, bool hasFiles)
    {
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        var (fullLog, log) = (LogOf(full, path, BackupLog.FullName), increment is null ? null : LogOf(increment, path, BackupLog.IncrementName));
        if (fullLog is null && log is null)
        {
            return !hasFiles ? listed : throw ForeignFailures.Damaged(
                $"{full.Data}/{path}", "it holds files and no log of them: the backup was interrupted here");
        }

        CheckTime(path, fullLog);
        foreach (var file in (fullLog ?? None).Files.Where(file => log?.Deleted.Contains(file) != true))
        {
            Take(full, path, file, listed);
        }

        CheckDeleted(path, fullLog, log);
        foreach (var file in (log ?? None).Files)
        {
            if (fullLog?.Files.Contains(file) == true)
            {
                throw Apart($"the increment adds '{file}', which the full backup has already");
            }

            Take(increment!, path, file, listed);
        }

        return listed;
    }

    private void CheckTime(string path, BackupLog? log)
    {
        if (log is null || log.TimeNs == 0)
        {
            return;
        }

        var expected = FullTimeNs != 0 ? FullTimeNs : increment?.Path == full.Path ? 0 : full.Result.TimeNs;
        if (expected != 0 && expected != log.TimeNs)
        {
            throw ForeignFailures.Unusable(
                $"the log of '{path}' is of a backup of {log.TimeNs}, the rest of '{full.Path}' of one of {expected}: two backups went into one directory",
                "use a backup that went into a fresh directory",
                full.Path);
        }

        FullTimeNs = log.TimeNs;
    }

    // A server's increment is the difference to its own last full backup, whoever took it and wherever it went.
    private void CheckDeleted(string path, BackupLog? fullLog, BackupLog? log)
    {
        foreach (var file in (log ?? None).Deleted)
        {
            Deleted++;
            if (fullLog?.Files.Contains(file) != true)
            {
                throw Apart($"the increment deletes '{file}', which the full backup does not have in '{path}'");
            }
        }
    }

    private CairnException Apart(string finding) => ForeignFailures.Unusable(
        $"'{increment!.Path}' is no increment on '{full.Path}': {finding}",
        "name the last full backup that was taken before the increment: any full backup, to whatever place, becomes what the next increments are based on",
        increment.Path);

    // While it is being written a file ends in .init; v1.5.3 may list and copy it under that name [source]. It comes back under its final one.
    private static void Take(BackupDirectory source, string shard, string file, Dictionary<string, string> listed)
    {
        var inside = $"{source.DataPath}/{shard}/";
        if (!file.StartsWith(inside, StringComparison.Ordinal) || file[inside.Length..].Split('/').Any(part => part is "" or "." or ".."))
        {
            throw ForeignFailures.Damaged($"{source.Data}/{shard}", $"its log names '{file}', which does not lie in this shard");
        }

        const string Unfinished = ".init";
        var relative = file[inside.Length..];
        var final = relative.EndsWith(Unfinished, StringComparison.Ordinal) ? relative[..^Unfinished.Length] : relative;
        string[] places = [$"{source.Data}/{shard}/{relative}", $"{source.Data}/{shard}/{final}"];
        var physical = places.FirstOrDefault(place => NativeFiles.Look(place).Kind == FileKind.Regular)
            ?? throw ForeignFailures.Damaged(places[0], "the log names this file, and it is not there");
        if (final.EndsWith(".tssp", StringComparison.Ordinal) && TsspFile.FindFault(physical) is { } fault)
        {
            throw ForeignFailures.Damaged(physical, fault);
        }

        listed[final] = physical;
    }

    private static BackupLog? LogOf(BackupDirectory source, string shard, string name)
    {
        var path = $"{source.Data}/{shard}/{BackupLog.DirectoryName}/{name}";
        try
        {
            return File.Exists(path) ? BackupLog.Read(path) : null;
        }
        catch (InvalidDataException wrong)
        {
            throw ForeignFailures.Damaged(path, wrong.Message, wrong);
        }
    }

    private static string RequirePlain(string path) => NativeFiles.Look(path).Kind is FileKind.Regular or FileKind.Directory
        ? path
        : throw new CairnException(
            ErrorCode.PathUnusable, $"'{path}' is neither a file nor a directory, and no backup of this database has that", "put there what it stands for", subject: path);

    private static IEnumerable<string> Names(string? directory) => directory is null ? [] : NativeFiles.ListNames(directory) ?? [];

    private static string? In(BackupDirectory source, string path)
    {
        var there = path.Length == 0 ? source.Data! : $"{source.Data}/{path}";
        return NativeFiles.Look(there).Kind switch
        {
            FileKind.Directory => there,
            FileKind.Missing => null,
            _ => throw ForeignFailures.Damaged(there, "a directory should stand here"),
        };
    }
}
