using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository.Tests;

/// <summary>The kernel's files; what a test wants to be otherwise it overrides.</summary>
internal abstract class ForwardingFiles : IFileLayer
{
    public virtual void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path) =>
        KernelFiles.Instance.Write(handle, bytes, offset, path);

    public virtual bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other) => KernelFiles.Instance.TryShareBlocks(empty, other);

    public SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew) => KernelFiles.Instance.OpenForWriting(path, mode, mustBeNew);

    public void SetLength(SafeFileHandle handle, long length, string path) => KernelFiles.Instance.SetLength(handle, length, path);

    public void Sync(SafeFileHandle handle, string path) => KernelFiles.Instance.Sync(handle, path);

    public void SyncFileSystem(SafeFileHandle handle, string path) => KernelFiles.Instance.SyncFileSystem(handle, path);

    public void MakeDirectory(string path, uint mode) => KernelFiles.Instance.MakeDirectory(path, mode);

    public void Rename(string from, string to) => KernelFiles.Instance.Rename(from, to);

    public bool Unlink(string path) => KernelFiles.Instance.Unlink(path);

    public void RemoveDirectory(string path) => KernelFiles.Instance.RemoveDirectory(path);
}
