using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>The lock that only one writer holds; the kernel frees it when its process ends, however it ends.</summary>
internal sealed class WriterLock : IDisposable
{
    private readonly SafeFileHandle handle;

    private WriterLock(SafeFileHandle handle) => this.handle = handle;

    public static WriterLock Acquire(RepositoryLayout layout) => Acquire(layout.Lock, layout.Root);

    /// <summary>Throws <see cref="RepositoryLockedException"/> for <paramref name="subject"/> when another has the lock.</summary>
    public static WriterLock Acquire(string path, string subject)
    {
        var handle = UnixFile.OpenOrCreate(path, mode: 0x180);
        if (Libc.Flock(handle.Number(), Libc.LockExclusive | Libc.LockNonBlock) == 0)
        {
            return new WriterLock(handle);
        }

        var error = LastError.Number;
        handle.Dispose();
        throw error == Libc.WouldBlock
            ? new RepositoryLockedException(subject)
            : LastError.Exception(path, "flock", error);
    }

    public void Dispose() => handle.Dispose();
}
