using System.Runtime.CompilerServices;
using Cairn.Repository;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Crash.Recording;

/// <summary>Makes every change below <paramref name="root"/> for real, and remembers it. One at a time, so that the order is the true one.</summary>
internal sealed class RecordingFiles(string root) : IFileLayer
{
    private readonly Lock gate = new();
    private readonly List<FileChange> changes = [];
    private readonly ConditionalWeakTable<SafeFileHandle, object> handles = [];
    private int lastHandle;

    public IReadOnlyList<FileChange> Changes => changes;

    public void Acknowledge()
    {
        lock (gate)
        {
            changes.Add(new FileChange.Acknowledged());
        }
    }

    public SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew)
    {
        lock (gate)
        {
            var handle = KernelFiles.Instance.OpenForWriting(path, mode, mustBeNew);
            if (IsInside(path))
            {
                handles.Add(handle, ++lastHandle);
                changes.Add(new FileChange.Opened(Relative(path), lastHandle));
            }

            return handle;
        }
    }

    public void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        lock (gate)
        {
            KernelFiles.Instance.Write(handle, bytes, offset, path);
            if (IsInside(path))
            {
                changes.Add(new FileChange.Wrote(NumberOf(handle, path), offset, bytes.ToArray()));
            }
        }
    }

    public void SetLength(SafeFileHandle handle, long length, string path) =>
        Change(path, () => KernelFiles.Instance.SetLength(handle, length, path), () => new FileChange.Cut(NumberOf(handle, path), length));

    // What is restored is no part of a repository.
    public bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other) => KernelFiles.Instance.TryShareBlocks(empty, other);

    // Nothing is synced for real: what would survive a loss of power is reckoned, not tried.
    public void Sync(SafeFileHandle handle, string path) =>
        Change(
            path,
            () => { },
            () => handles.TryGetValue(handle, out var number) ? new FileChange.SyncedFile((int)number) : new FileChange.SyncedDirectory(Relative(path)));

    public void SyncFileSystem(SafeFileHandle handle, string path) => Change(path, () => { }, () => new FileChange.SyncedAll());

    public void MakeDirectory(string path, uint mode) =>
        Change(path, () => KernelFiles.Instance.MakeDirectory(path, mode), () => new FileChange.MadeDirectory(Relative(path)));

    public void Rename(string from, string to) =>
        Change(to, () => KernelFiles.Instance.Rename(from, to), () => new FileChange.Renamed(Relative(from), Relative(to)));

    public bool Unlink(string path)
    {
        lock (gate)
        {
            var removed = KernelFiles.Instance.Unlink(path);
            if (removed && IsInside(path))
            {
                changes.Add(new FileChange.Unlinked(Relative(path)));
            }

            return removed;
        }
    }

    public void RemoveDirectory(string path) =>
        Change(path, () => KernelFiles.Instance.RemoveDirectory(path), () => new FileChange.RemovedDirectory(Relative(path)));

    private void Change(string path, Action make, Func<FileChange> describe)
    {
        lock (gate)
        {
            make();
            if (IsInside(path))
            {
                changes.Add(describe());
            }
        }
    }

    private int NumberOf(SafeFileHandle handle, string path) =>
        handles.TryGetValue(handle, out var number)
            ? (int)number
            : throw new InvalidOperationException($"'{path}' is written through a handle that the file layer did not open");

    private bool IsInside(string path) => path == root || path.StartsWith(root + "/", StringComparison.Ordinal);

    private string Relative(string path) => path == root ? string.Empty : path[(root.Length + 1)..];
}
