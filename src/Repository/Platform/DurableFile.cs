using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Publishes a file so that a crash at any byte leaves either nothing or all of it under its name: written under a temporary
/// name, synced, renamed, and the directory synced. Disposing without <see cref="Publish"/> removes the temporary file.
/// </summary>
internal sealed class DurableFile : IDisposable
{
    /// <summary>What the temporary names end with; leftovers of a crash are found by it.</summary>
    public const string TemporarySuffix = ".tmp";

    private const uint OwnerOnly = 0x180;

    private readonly string path;
    private readonly string temporaryPath;
    private readonly SafeFileHandle handle;
    private bool published;

    private DurableFile(string path)
    {
        this.path = path;
        temporaryPath = path + TemporarySuffix;
        RemoveIfThere(temporaryPath);
        handle = UnixFile.CreateNew(temporaryPath, OwnerOnly);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    public static DurableFile Create(string path) => new(path);

    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new DurableFile(path);
        file.Append(bytes);
        file.Publish();
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        UnixFile.Write(handle, bytes, Length, temporaryPath);
        Length += bytes.Length;
    }

    public void Publish()
    {
        UnixFile.Sync(handle, temporaryPath);
        FileLayer.Current.Rename(temporaryPath, path);
        published = true;
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    public void Dispose()
    {
        handle.Dispose();
        if (!published)
        {
            RemoveIfThere(temporaryPath);
        }
    }

    public static void SyncDirectory(string path)
    {
        using var directory = UnixFile.OpenParent(path);
        UnixFile.Sync(directory, path);
    }

    /// <summary>Makes the directory, and its parent's entry for it durable; it may be there already.</summary>
    public static void EnsureDirectory(string path) => EnsureDirectories(Path.GetDirectoryName(path)!, [path]);

    /// <summary>The same for several in one parent, which is synced once.</summary>
    public static void EnsureDirectories(string parent, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (UnixStat.TryRead(path) is not { IsDirectory: true })
            {
                FileLayer.Current.MakeDirectory(path, 0x1C0);
            }
        }

        SyncDirectory(parent);
    }

    /// <summary>Removes the file for good; false when it was not there.</summary>
    public static bool Delete(string path)
    {
        var removed = RemoveIfThere(path);
        var directory = Path.GetDirectoryName(path)!;

        // Also when it was gone: that may be the unsynced work of a removal that was cut.
        if (removed || UnixStat.TryRead(directory) is not null)
        {
            SyncDirectory(directory);
        }

        return removed;
    }

    /// <summary>Without syncing the directory: for what a crash may bring back without harm.</summary>
    public static bool RemoveIfThere(string path) => FileLayer.Current.Unlink(path);

    /// <summary>Removes a directory with all that is in it, for good. May be cut at any step and repeated.</summary>
    public static void DeleteTree(string path)
    {
        RemoveTree(path);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private static void RemoveTree(string path)
    {
        foreach (var entry in ListEntries(path))
        {
            if (UnixStat.TryRead(entry) is { IsDirectory: true })
            {
                RemoveTree(entry);
            }
            else
            {
                RemoveIfThere(entry);
            }
        }

        FileLayer.Current.RemoveDirectory(path);
    }

    private static List<string> ListEntries(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LastError.Translate(e, path, "list");
        }
    }
}
