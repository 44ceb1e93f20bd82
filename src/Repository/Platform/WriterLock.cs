using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>The lock that only one writer holds; the kernel frees it when its process ends, however it ends.</summary>
internal sealed class WriterLock : IDisposable
{
    private readonly SafeFileHandle handle;

    private WriterLock(SafeFileHandle handle) => this.handle = handle;

    public static WriterLock Acquire(RepositoryLayout layout)
    {
        var handle = UnixFile.OpenOrCreate(layout.Lock, mode: 0x180);
        if (Libc.Flock(handle.Number(), Libc.LockExclusive | Libc.LockNonBlock) == 0)
        {
            return new WriterLock(handle);
        }

        var error = LastError.Number;
        handle.Dispose();
        throw error == Libc.WouldBlock
            ? new RepositoryLockedException(layout.Root)
            : LastError.Exception(layout.Lock, "flock", error);
    }

    public void Dispose() => handle.Dispose();
}
