using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>The file layer that is used: each method is the kernel's call of that name.</summary>
internal sealed class KernelFiles : IFileLayer
{
    public static KernelFiles Instance { get; } = new();

    public SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew)
    {
        var flags = Libc.ReadWrite | Libc.Create | Libc.NoFollow | Libc.CloseOnExec | (mustBeNew ? Libc.Exclusive : 0);
        var file = Libc.Open(path, flags, (int)mode);
        LastError.Check(file, path, "open");
        return new SafeFileHandle(file, ownsHandle: true);
    }

    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LastError.Translate(e, path, "write");
        }
    }

    public void SetLength(SafeFileHandle handle, long length, string path)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LastError.Translate(e, path, "truncate");
        }
    }

    public bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other) => Libc.Control(empty.Number(), Libc.CloneFile, other.Number()) == 0;

    public void Sync(SafeFileHandle handle, string path) => LastError.Check(Libc.Fsync(handle.Number()), path, "fsync");

    public void SyncFileSystem(SafeFileHandle handle, string path) =>
        LastError.Check(Libc.SyncFileSystem(handle.Number()), path, "syncfs");

    public void MakeDirectory(string path, uint mode) => LastError.Check(Libc.MakeDirectory(path, mode), path, "mkdir");

    public void Rename(string from, string to) => LastError.Check(Libc.Rename(from, to), to, "rename");

    public bool Unlink(string path)
    {
        if (Libc.Unlink(path) == 0)
        {
            return true;
        }

        var error = LastError.Number;
        return error is Libc.NoEntry or Libc.NotDirectory ? false : throw LastError.Exception(path, "unlink", error);
    }

    public void RemoveDirectory(string path) => LastError.Check(Libc.RemoveDirectory(path), path, "rmdir");
}
