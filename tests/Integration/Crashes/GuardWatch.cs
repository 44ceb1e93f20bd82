using Cairn.Integration.Sites;

namespace Cairn.Integration.Crashes;

/// <summary>Sees the first exchange of a node's directories: anything that happens to their names, however short it lasts.</summary>
internal sealed class GuardWatch : IDisposable
{
    private readonly List<FileSystemWatcher> watchers;
    private volatile bool seen;

    public GuardWatch(DatabaseFiles files, int node) =>
        watchers = [.. ((string[])[files.Data(node), files.Wal(node), files.Meta(node)]).Select(Watch)];

    /// <summary>Whether an exchange has begun.</summary>
    public bool Seen => seen;

    public void Dispose() => watchers.ForEach(watcher => watcher.Dispose());

    private FileSystemWatcher Watch(string path)
    {
        var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName,
        };
        watcher.Renamed += (_, _) => seen = true;
        watcher.Created += (_, _) => seen = true;
        watcher.Deleted += (_, _) => seen = true;
        watcher.EnableRaisingEvents = true;
        return watcher;
    }
}
