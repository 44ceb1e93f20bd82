using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository.Tests.Restoring;

/// <summary>A file system that lets files share blocks, on one that need not: what is shared is copied, and counted.</summary>
internal sealed class SharingFiles : IFileLayer
{
    private long writtenBytes;

    /// <summary>Bytes that were written and not shared.</summary>
    public long WrittenBytes => Interlocked.Read(ref writtenBytes);

    public bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other)
    {
        Assert.Equal(0, RandomAccess.GetLength(empty));
        var content = new byte[RandomAccess.GetLength(other)];
        Assert.Equal(content.Length, UnixFile.ReadFully(other, content, 0, "other"));
        RandomAccess.Write(empty, content, 0);
        return true;
    }

    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        Interlocked.Add(ref writtenBytes, bytes.Length);
        KernelFiles.Instance.Write(handle, bytes, offset, path);
    }

    public SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew) => KernelFiles.Instance.OpenForWriting(path, mode, mustBeNew);

    public void SetLength(SafeFileHandle handle, long length, string path) => KernelFiles.Instance.SetLength(handle, length, path);

    public void Sync(SafeFileHandle handle, string path) => KernelFiles.Instance.Sync(handle, path);

    public void SyncFileSystem(SafeFileHandle handle, string path) => KernelFiles.Instance.SyncFileSystem(handle, path);

    public void MakeDirectory(string path, uint mode) => KernelFiles.Instance.MakeDirectory(path, mode);

    public void Rename(string from, string to) => KernelFiles.Instance.Rename(from, to);

    public bool Unlink(string path) => KernelFiles.Instance.Unlink(path);

    public void RemoveDirectory(string path) => KernelFiles.Instance.RemoveDirectory(path);
}
