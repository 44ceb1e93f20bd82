using Cairn.Repository;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Crash.Recording;

/// <summary>A disk that is full from one change below <paramref name="root"/> on: only removing works, and syncing what is there.</summary>
internal sealed class FailingFiles(string root, int changesThatWork) : IFileLayer
{
    private int left = changesThatWork;

    /// <summary>Whether any change was refused.</summary>
    public bool HasFailed { get; private set; }

    public SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew)
    {
        Take(path);
        return KernelFiles.Instance.OpenForWriting(path, mode, mustBeNew);
    }

    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        Take(path);
        KernelFiles.Instance.Write(handle, bytes, offset, path);
    }

    public void SetLength(SafeFileHandle handle, long length, string path)
    {
        Take(path);
        KernelFiles.Instance.SetLength(handle, length, path);
    }

    public bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other) => KernelFiles.Instance.TryShareBlocks(empty, other);

    public void Sync(SafeFileHandle handle, string path) => Take(path);

    public void SyncFileSystem(SafeFileHandle handle, string path) => Take(path);

    public void MakeDirectory(string path, uint mode)
    {
        Take(path);
        KernelFiles.Instance.MakeDirectory(path, mode);
    }

    public void Rename(string from, string to)
    {
        Take(to);
        KernelFiles.Instance.Rename(from, to);
    }

    public bool Unlink(string path) => KernelFiles.Instance.Unlink(path);

    public void RemoveDirectory(string path) => KernelFiles.Instance.RemoveDirectory(path);

    private void Take(string path)
    {
        if (path.StartsWith(root, StringComparison.Ordinal) && Interlocked.Decrement(ref left) < 0)
        {
            HasFailed = true;
            throw new RepositoryFullException(path);
        }
    }
}
