using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Native;

/// <summary>Locks and leases of the kernel on files: one that is held, and those that are only tried to learn who else has any.</summary>
internal static class FileLocks
{
    /// <summary>
    /// Takes the exclusive lock of an open file, until <see cref="Release"/> or until nobody has it open any more; false when
    /// another holder has it.
    /// </summary>
    public static bool TryExclusive(SafeFileHandle file) => LibC.Lock(file, LibC.LockExclusive | LibC.LockNonBlocking) == 0;

    /// <summary>Gives a lock back, also when a child process shares the open file.</summary>
    public static void Release(SafeFileHandle file) => _ = LibC.Lock(file, LibC.LockRelease);

    /// <summary>
    /// Tries a shared lock without waiting and gives it back at once. 0, or the error number;
    /// <see cref="NativeFailureException.Again"/> when somebody holds it exclusively.
    /// </summary>
    public static int TryShared(SafeFileHandle file)
    {
        if (LibC.Lock(file, LibC.LockShared | LibC.LockNonBlocking) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        _ = LibC.Lock(file, LibC.LockRelease);
        return 0;
    }

    /// <summary>
    /// Tries a write lease and gives it back at once. 0 proves that no other process of this kernel has the file open,
    /// whatever its namespace or user; <see cref="NativeFailureException.Again"/> that one has; else the error number.
    /// Needs the file's owner or CAP_LEASE.
    /// </summary>
    public static int TryWriteLease(SafeFileHandle file)
    {
        // Whoever opens the file in the moment of the lease breaks it, which is told by a signal. The default one would end
        // this process; this one is ignored unless somebody asks for it.
        if (LibC.Control(file, LibC.ControlSetSignal, LibC.SignalUrgent) != 0
            || LibC.Control(file, LibC.ControlSetLease, LibC.LeaseWrite) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        _ = LibC.Control(file, LibC.ControlSetLease, LibC.LeaseRelease);
        return 0;
    }
}
