using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Opens and reads files without the advisory locks that .NET's own streams take (a database may look at such locks), and
/// never through a symbolic link at the last component.
/// </summary>
internal static class UnixFile
{
    /// <summary>A multiple of what any disk asks for.</summary>
    public const int DirectAlignment = 4096;

    /// <summary>Null when there is nothing at the path; does not block on a pipe.</summary>
    public static SafeFileHandle? TryOpenForReading(string path)
    {
        var file = Libc.Open(path, Libc.ReadOnly | Libc.NoFollow | Libc.NonBlock | Libc.CloseOnExec, mode: 0);
        if (file >= 0)
        {
            return new SafeFileHandle(file, ownsHandle: true);
        }

        var error = LastError.Number;
        return error is Libc.NoEntry or Libc.NotDirectory ? null : throw LastError.Exception(path, "open", error);
    }

    public static SafeFileHandle OpenForReading(string path) =>
        TryOpenForReading(path) ?? throw LastError.Exception(path, "open", Libc.NoEntry);

    /// <summary>Makes a file that must not be there yet.</summary>
    public static SafeFileHandle CreateNew(string path, uint mode) => FileLayer.Current.OpenForWriting(path, mode, mustBeNew: true);

    public static SafeFileHandle OpenOrCreate(string path, uint mode) => FileLayer.Current.OpenForWriting(path, mode, mustBeNew: false);

    /// <summary>
    /// The same file once more, for writes that go around the page cache: offset, length and address in memory must be multiples of
    /// <see cref="DirectAlignment"/>. Null where the file system has no such writes.
    /// </summary>
    public static SafeFileHandle? TryReopenDirect(SafeFileHandle handle)
    {
        var file = Libc.Open($"/proc/self/fd/{handle.Number()}", Libc.WriteOnly | Libc.Direct | Libc.CloseOnExec, mode: 0);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : null;
    }

    /// <summary>
    /// Whether what is written through this handle goes around the page cache from now on, as through one of <see cref="TryReopenDirect"/>; for a file that
    /// only one writes. False, and nothing is changed, where the file system has no such writes.
    /// </summary>
    public static bool TrySetDirect(SafeFileHandle handle, bool isDirect) => Libc.FileControl(handle.Number(), Libc.SetStatus, isDirect ? Libc.Direct : 0) == 0;

    public static SafeFileHandle OpenDirectory(string path) => Open(path, Libc.ReadOnly | Libc.Directory | Libc.NoFollow);

    /// <summary>A directory that may be reached through a link: one that the operator named, not one that data name.</summary>
    public static SafeFileHandle OpenParent(string path) => Open(path, Libc.ReadOnly | Libc.Directory);

    public static int Number(this SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    public static UnixStat Stat(this SafeFileHandle handle, string path) => UnixStat.Read(handle.Number(), path);

    /// <summary>Reads until <paramref name="buffer"/> is full or the file ends; the number of bytes read.</summary>
    public static int ReadFully(SafeFileHandle handle, Span<byte> buffer, long offset, string path)
    {
        var done = 0;
        while (done < buffer.Length)
        {
            int read;
            try
            {
                read = RandomAccess.Read(handle, buffer[done..], offset + done);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw LastError.Translate(e, path, "read");
            }

            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    public static void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path) =>
        FileLayer.Current.Write(handle, bytes, offset, path);

    public static void SetLength(SafeFileHandle handle, long length, string path) => FileLayer.Current.SetLength(handle, length, path);

    /// <summary>See <see cref="IFileLayer.TryShareBlocks"/>.</summary>
    public static bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other) => FileLayer.Current.TryShareBlocks(empty, other);

    /// <summary>Gives the file its space, where the file system can do so beforehand.</summary>
    public static void Allocate(SafeFileHandle handle, long length, string path)
    {
        if (Libc.Allocate(handle.Number(), mode: 0, offset: 0, length) < 0 && LastError.Number is var error && error is Libc.NoSpace or Libc.QuotaExceeded)
        {
            throw LastError.Exception(path, "fallocate", error);
        }
    }

    /// <summary>Tells the kernel how a range will be used; a hint, so that its answer does not matter.</summary>
    public static void Advise(SafeFileHandle handle, long offset, long length, int advice) =>
        _ = Libc.Advise(handle.Number(), offset, length, advice);

    /// <summary>Lets the kernel begin to write a range to the disk; a hint too. Nothing is durable before <see cref="Sync"/>.</summary>
    public static void BeginWriting(SafeFileHandle handle, long offset, long length) =>
        _ = Libc.SyncRange(handle.Number(), offset, length, Libc.SyncRangeWrite);

    /// <summary>Pages of the file that are in the page cache; null where the kernel does not say (before 6.5).</summary>
    public static unsafe long? CountCachedPages(SafeFileHandle handle)
    {
        Libc.CacheStatRange all = default;
        Libc.CacheStatResult result = default;
        return Libc.CacheStat(Libc.CacheStatNumber, handle.Number(), &all, &result, 0) == 0 ? (long)result.Cached : null;
    }

    public static void Sync(SafeFileHandle handle, string path) => FileLayer.Current.Sync(handle, path);

    public static void SyncFileSystem(SafeFileHandle handle, string path) => FileLayer.Current.SyncFileSystem(handle, path);

    private static SafeFileHandle Open(string path, int flags)
    {
        var file = Libc.Open(path, flags | Libc.CloseOnExec, mode: 0);
        LastError.Check(file, path, "open");
        return new SafeFileHandle(file, ownsHandle: true);
    }
}
