using Cairn.Crash.Recording;

namespace Cairn.Crash.Disk;

/// <summary>A disk in memory: begins as a directory is, takes recorded changes, and can be laid out as a crash would leave it.</summary>
internal sealed class DiskImage
{
    private readonly DiskDirectory root;
    private readonly Dictionary<int, DiskFile> handles = [];

    private DiskImage(DiskDirectory root) => this.root = root;

    /// <summary>All of the directory, as if it were synced.</summary>
    public static DiskImage Of(string directory) => new(Load(directory));

    public void Apply(FileChange change)
    {
        switch (change)
        {
            case FileChange.Opened(var path, var handle):
                handles[handle] = Open(path);
                break;
            case FileChange.Wrote(var handle, var offset, var bytes):
                handles[handle].Write(offset, bytes);
                break;
            case FileChange.Cut(var handle, var length):
                handles[handle].Cut(length);
                break;
            case FileChange.SyncedFile(var handle):
                handles[handle].Sync();
                break;
            case FileChange.SyncedDirectory(var path):
                DirectoryAt(path).Sync();
                break;
            case FileChange.SyncedAll:
                SyncAll(root);
                break;
            case FileChange.MadeDirectory(var path):
                ParentOf(path).Change((NameOf(path), new DiskDirectory()));
                break;
            case FileChange.Renamed(var from, var to):
                Assert.Same(ParentOf(from), ParentOf(to));
                ParentOf(from).Change((NameOf(to), ParentOf(from).Current[NameOf(from)]), (NameOf(from), null));
                break;
            case FileChange.Unlinked(var path):
                ParentOf(path).Change((NameOf(path), null));
                break;
            case FileChange.RemovedDirectory(var path):
                Assert.Empty(DirectoryAt(path).Current);
                ParentOf(path).Change((NameOf(path), null));
                break;
            case FileChange.Acknowledged:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "no such change");
        }
    }

    /// <summary>Makes <paramref name="directory"/>, which must not be there, as the disk is after a crash.</summary>
    public void LayOut(string directory, Survival survival) => LayOut(root, directory, survival);

    private static void LayOut(DiskDirectory node, string path, Survival survival)
    {
        Directory.CreateDirectory(path);
        foreach (var (name, child) in survival.NamesOf(node))
        {
            var childPath = Path.Combine(path, name);
            if (child is DiskDirectory inner)
            {
                LayOut(inner, childPath, survival);
            }
            else
            {
                using var file = File.Create(childPath);
                file.Write(survival.ContentOf((DiskFile)child));
            }
        }
    }

    private static DiskDirectory Load(string path)
    {
        var directory = new DiskDirectory();
        foreach (var child in Directory.EnumerateDirectories(path))
        {
            directory.Change((Path.GetFileName(child), Load(child)));
        }

        foreach (var child in Directory.EnumerateFiles(path))
        {
            directory.Change((Path.GetFileName(child), new DiskFile(File.ReadAllBytes(child))));
        }

        directory.Sync();
        return directory;
    }

    private static void SyncAll(DiskDirectory directory)
    {
        directory.Sync();
        foreach (var node in directory.Current.Values)
        {
            if (node is DiskDirectory inner)
            {
                SyncAll(inner);
            }
            else
            {
                ((DiskFile)node).Sync();
            }
        }
    }

    private DiskFile Open(string path)
    {
        var parent = ParentOf(path);
        if (parent.Current.TryGetValue(NameOf(path), out var found))
        {
            return (DiskFile)found;
        }

        var made = new DiskFile([]);
        parent.Change((NameOf(path), made));
        return made;
    }

    private DiskDirectory ParentOf(string path) => DirectoryAt(Path.GetDirectoryName(path)!);

    private DiskDirectory DirectoryAt(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(root, (at, name) => (DiskDirectory)at.Current[name]);

    private static string NameOf(string path) => Path.GetFileName(path);
}
