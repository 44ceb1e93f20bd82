using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// A directory below which a restore works. Paths in it are relative, and the kernel walks them: no component may be a symbolic link, and none leads above
/// the directory, whatever others do to the tree meanwhile (openat2 with RESOLVE_BENEATH; component by component where the kernel has not got it). Failures are
/// <see cref="RepositoryIoException"/> with the full path. Safe for concurrent use.
/// </summary>
internal sealed class ConfinedDirectory : IDisposable
{
    private const int MaxOpenParents = 32;

    private readonly Lock gate = new();
    private readonly SafeFileHandle root;
    private readonly Dictionary<string, SafeFileHandle> parents = new(StringComparer.Ordinal);
    private bool hasOpenAt2 = true;

    /// <param name="path">An absolute path that the operator named: links above its last component are followed.</param>
    public ConfinedDirectory(string path)
    {
        Path = path;
        root = UnixFile.OpenDirectory(path);
    }

    public string Path { get; }

    /// <summary>The directory itself.</summary>
    public SafeFileHandle Root => root;

    public string FullPath(string relative) => relative.Length == 0 ? Path : $"{Path}/{relative}";

    /// <summary>Makes a file that must not be there yet, open for reading and writing.</summary>
    public SafeFileHandle CreateFile(string relative, uint mode)
    {
        lock (gate)
        {
            return Open(relative, Libc.ReadWrite | Libc.Create | Libc.Exclusive, mode);
        }
    }

    /// <summary>A regular file, open for reading; null when there is none that may be read.</summary>
    public SafeFileHandle? TryOpenFile(string relative)
    {
        SafeFileHandle file;
        try
        {
            lock (gate)
            {
                file = Open(relative, Libc.ReadOnly | Libc.NonBlock, mode: 0);
            }
        }
        catch (RepositoryIoException)
        {
            // Not there, a link, or not for this user: all the same to whoever asks.
            return null;
        }

        if (file.Stat(FullPath(relative)).IsRegular)
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>A directory, open for reading.</summary>
    public SafeFileHandle OpenDirectory(string relative)
    {
        lock (gate)
        {
            return Open(relative.Length == 0 ? "." : relative, Libc.ReadOnly | Libc.Directory, mode: 0);
        }
    }

    /// <summary>Makes a directory; its parent must be there. False when there is a directory already.</summary>
    public bool MakeDirectory(string relative, uint mode)
    {
        lock (gate)
        {
            var (parent, name) = Split(relative);
            if (Libc.MakeDirectoryAt(parent, name, mode) == 0)
            {
                return true;
            }

            var error = LastError.Number;
            return error == Libc.Exists && UnixStat.TryReadAt(parent, name, FullPath(relative)) is { IsDirectory: true }
                ? false
                : throw LastError.Exception(FullPath(relative), "mkdir", error);
        }
    }

    public void MakeSymlink(string relative, string target)
    {
        lock (gate)
        {
            var (parent, name) = Split(relative);
            LastError.Check(Libc.MakeSymlinkAt(target, parent, name), FullPath(relative), "symlink");
        }
    }

    /// <summary>
    /// Another name for a file of the same or another confined directory, which must be a regular file. False when there is none. Not while others use
    /// either of the two.
    /// </summary>
    public bool TryMakeLink(string relative, ConfinedDirectory from, string existing)
    {
        var (source, sourceName) = from.Split(existing);
        if (UnixStat.TryReadAt(source, sourceName, from.FullPath(existing)) is not { IsRegular: true })
        {
            return false;
        }

        // The second look-up may close what the first one opened, where both are in one directory.
        using var held = Libc.OpenAt(source, ".", Libc.PathOnly | Libc.Directory | Libc.CloseOnExec, mode: 0) is var copy and >= 0
            ? new SafeFileHandle(copy, ownsHandle: true)
            : throw LastError.Exception(from.FullPath(existing), "open", LastError.Number);
        var (parent, name) = Split(relative);
        LastError.Check(Libc.MakeLinkAt(held.Number(), sourceName, parent, name, flags: 0), FullPath(relative), "link");
        return true;
    }

    /// <summary>What stands at the path; null when nothing does.</summary>
    public UnixStat? Stat(string relative)
    {
        lock (gate)
        {
            var (parent, name) = Split(relative);
            return UnixStat.TryReadAt(parent, name, FullPath(relative));
        }
    }

    /// <summary>Owner of a symbolic link itself.</summary>
    public void SetLinkOwner(string relative, uint uid, uint gid)
    {
        lock (gate)
        {
            var (parent, name) = Split(relative);
            LastError.Check(Libc.ChangeOwnerAt(parent, name, uid, gid, Libc.SymlinkNoFollow), FullPath(relative), $"chown {uid}:{gid}");
        }
    }

    /// <summary>Time of a symbolic link itself.</summary>
    public unsafe void SetLinkTimes(string relative, Libc.Timespec* accessAndModification)
    {
        lock (gate)
        {
            var (parent, name) = Split(relative);
            LastError.Check(Libc.SetTimesAt(parent, name, accessAndModification, Libc.SymlinkNoFollow), FullPath(relative), "set mtime");
        }
    }

    /// <summary>Sets an extended attribute of a symbolic link itself; 0, or the error's number.</summary>
    public int TrySetLinkAttribute(string relative, ExtendedAttributeValue attribute)
    {
        lock (gate)
        {
            // There is no such call for a name in an open directory; through its descriptor nothing above the name can be exchanged.
            var (parent, name) = Split(relative);
            return ExtendedAttributeCalls.TrySet($"/proc/self/fd/{parent}/{name}", attribute);
        }
    }

    public void Dispose()
    {
        CloseParents();
        root.Dispose();
    }

    private SafeFileHandle Open(string relative, int flags, uint mode)
    {
        var (parent, name) = Split(relative);
        var file = Libc.OpenAt(parent, name, flags | Libc.NoFollow | Libc.CloseOnExec, (int)mode);
        LastError.Check(file, FullPath(relative), "open");
        return new SafeFileHandle(file, ownsHandle: true);
    }

    // Entries come directory by directory, so that most parents are open already. The last component is never followed by the calls above.
    private (int Parent, string Name) Split(string relative)
    {
        var slash = relative.LastIndexOf('/');
        if (slash < 0)
        {
            return (root.Number(), relative);
        }

        var above = relative[..slash];
        if (!parents.TryGetValue(above, out var handle))
        {
            if (parents.Count == MaxOpenParents)
            {
                CloseParents();
            }

            parents[above] = handle = OpenParent(above);
        }

        return (handle.Number(), relative[(slash + 1)..]);
    }

    private SafeFileHandle OpenParent(string relative)
    {
        const int flags = Libc.PathOnly | Libc.CloseOnExec;
        if (hasOpenAt2)
        {
            var how = new Libc.OpenHow { Flags = (ulong)(uint)(flags | Libc.Directory), Resolve = Libc.ResolveBeneathNoLinks };
            var file = Libc.OpenAt2(Libc.OpenHow.CallNumber, root.Number(), relative, how, (nuint)System.Runtime.CompilerServices.Unsafe.SizeOf<Libc.OpenHow>());
            if (file >= 0)
            {
                return new SafeFileHandle(file, ownsHandle: true);
            }

            // Kernels before 5.6 have not got it, and some containers forbid calls that they do not know.
            var error = LastError.Number;
            hasOpenAt2 = error is not (Libc.NotImplemented or Libc.PermissionDenied);
            if (hasOpenAt2)
            {
                throw LastError.Exception(FullPath(relative), "open", error);
            }
        }

        return OpenByComponents(relative, flags);
    }

    private SafeFileHandle OpenByComponents(string relative, int flags)
    {
        SafeFileHandle? current = null;
        foreach (var component in relative.Split('/'))
        {
            var file = component is "" or "." or ".."
                ? throw new RepositoryIoException(FullPath(relative), "open", "a component is empty, '.' or '..'")
                : Libc.OpenAt((current ?? root).Number(), component, flags | Libc.Directory | Libc.NoFollow, mode: 0);
            var error = LastError.Number;
            current?.Dispose();
            current = file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw LastError.Exception(FullPath(relative), "open", error);
        }

        return current!;
    }

    private void CloseParents()
    {
        foreach (var handle in parents.Values)
        {
            handle.Dispose();
        }

        parents.Clear();
    }
}
