using Cairn.Repository;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Crash.Recording;

/// <summary>Changes for real, and syncs nothing: for looking at hundreds of states that nobody keeps.</summary>
internal sealed class UnsyncedFiles : IFileLayer
{
    public SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew) => KernelFiles.Instance.OpenForWriting(path, mode, mustBeNew);

    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path) =>
        KernelFiles.Instance.Write(handle, bytes, offset, path);

    public void SetLength(SafeFileHandle handle, long length, string path) => KernelFiles.Instance.SetLength(handle, length, path);

    public bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other) => KernelFiles.Instance.TryShareBlocks(empty, other);

    public void Sync(SafeFileHandle handle, string path)
    {
    }

    public void SyncFileSystem(SafeFileHandle handle, string path)
    {
    }

    public void MakeDirectory(string path, uint mode) => KernelFiles.Instance.MakeDirectory(path, mode);

    public void Rename(string from, string to) => KernelFiles.Instance.Rename(from, to);

    public bool Unlink(string path) => KernelFiles.Instance.Unlink(path);

    public void RemoveDirectory(string path) => KernelFiles.Instance.RemoveDirectory(path);
}
