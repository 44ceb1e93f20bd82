using System.ComponentModel;
using System.Runtime.InteropServices;
using Cairn.Repository;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Capturing;

/// <summary>
/// The system calls that capturing and proving need and .NET does not offer. Paths are taken as they are, symbolic links
/// at their end are never followed. Failures are <see cref="IOException"/> with the errno in <see cref="Errno"/>.
/// </summary>
internal static unsafe partial class Posix
{
    /// <summary>No such file or directory.</summary>
    public const int Enoent = 2;

    /// <summary>Permission denied by the mode.</summary>
    public const int Eacces = 13;

    /// <summary>Operation not permitted.</summary>
    public const int Eperm = 1;

    /// <summary>Exists already.</summary>
    public const int Eexist = 17;

    /// <summary>Another file system.</summary>
    public const int Exdev = 18;

    /// <summary>A component is not a directory.</summary>
    public const int Enotdir = 20;

    /// <summary>Held by somebody else.</summary>
    public const int Eagain = 11;

    private const int AtFdcwd = -100;
    private const int AtSymlinkNofollow = 0x100;
    private const uint StatxBasicStats = 0x7ff;
    private const uint StatxMountId = 0x1000;
    private const int FormatMask = 0xF000;

    /// <summary>The user that this process acts as.</summary>
    public static uint EffectiveUser => geteuid();

    /// <summary>The status of <paramref name="path"/>, or null when nothing is there.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? Status(string path)
    {
        Statx buffer = default;
        if (statx(AtFdcwd, path, AtSymlinkNofollow, StatxBasicStats | StatxMountId, &buffer) == 0)
        {
            return ToStatus(buffer);
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Enoent or Enotdir ? null : throw Failure("look at", path, errno);
    }

    /// <summary>The path without symbolic links; null when it does not exist or may not be resolved.</summary>
    public static string? RealPath(string path)
    {
        var resolved = realpath(path, 0);
        if (resolved == 0)
        {
            return null;
        }

        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            free(resolved);
        }
    }

    /// <summary>Makes a hard link. Returns 0 or the errno: callers tell a vanished source from a refused link.</summary>
    public static int TryLink(string existing, string created) =>
        link(existing, created) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Sets owner, mode and modification time, in this order; the owner only when it differs and may be set.</summary>
    /// <exception cref="IOException">Mode or time cannot be set, or the owner cannot although this process is root.</exception>
    public static void SetAttributes(string path, in FileStatus status)
    {
        var current = Status(path) ?? throw Failure("set the attributes of", path, Enoent);
        if ((current.Uid != status.Uid || current.Gid != status.Gid)
            && lchown(path, status.Uid, status.Gid) != 0 && EffectiveUser == 0)
        {
            throw Failure("set the owner of", path, Marshal.GetLastPInvokeError());
        }

        if (current.Mode != status.Mode && chmod(path, status.Mode & 0xFFF) != 0)
        {
            throw Failure("set the mode of", path, Marshal.GetLastPInvokeError());
        }

        var times = stackalloc Timespec[2];
        times[0] = new Timespec { Nanoseconds = UtimeOmit };
        times[1] = new Timespec
        {
            Seconds = Math.DivRem(status.MtimeNs, 1_000_000_000L, out var rest) - (rest < 0 ? 1 : 0),
            Nanoseconds = rest < 0 ? rest + 1_000_000_000L : rest,
        };
        if (utimensat(AtFdcwd, path, times, AtSymlinkNofollow) != 0)
        {
            throw Failure("set the time of", path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Sets the permission bits.</summary>
    /// <exception cref="IOException">They cannot be set.</exception>
    public static void SetMode(string path, uint mode)
    {
        if (chmod(path, mode & 0xFFF) != 0)
        {
            throw Failure("set the mode of", path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Makes a directory that only this user may enter; true when it was not there.</summary>
    /// <exception cref="IOException">It cannot be made, or something else stands there.</exception>
    public static bool MakePrivateDirectory(string path)
    {
        if (mkdir(path, 0x1C0) == 0)
        {
            return true;
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == Eexist && Status(path) is { Kind: FileKind.Directory } ? false : throw Failure("make", path, errno);
    }

    /// <summary>Gives <paramref name="path"/> to another user; needs root.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void ChangeOwner(string path, uint uid, uint gid)
    {
        if (lchown(path, uid, gid) != 0)
        {
            throw Failure("give away", path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Tries a shared lock without waiting and gives it back at once. 0, or the errno.</summary>
    public static int TrySharedLock(SafeFileHandle file)
    {
        if (flock(file, LockShared | LockNonBlocking) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        _ = flock(file, LockUnlock);
        return 0;
    }

    /// <summary>
    /// Tries a write lease and gives it back at once. 0 proves that no other process of this kernel has the file open,
    /// whatever its namespace or user; <see cref="Eagain"/> that one has. Needs the file's owner or CAP_LEASE.
    /// </summary>
    public static int TryWriteLease(SafeFileHandle file)
    {
        // Whoever opens the file in the moment of the lease breaks it, which is told by a signal. The default one would end
        // this process; this one is ignored unless somebody asks for it.
        if (fcntl(file, SetSignal, UrgentSignal) != 0 || fcntl(file, SetLease, LeaseWrite) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        _ = fcntl(file, SetLease, LeaseUnlock);
        return 0;
    }

    /// <summary>Opens for reading without following a symbolic link at the end; null when nothing is there.</summary>
    /// <exception cref="IOException">It cannot be opened, or is a symbolic link.</exception>
    public static SafeFileHandle? OpenForReading(string path)
    {
        var descriptor = open(path, OpenReadOnly | OpenCloseOnExec | OpenNoFollow | OpenNonBlocking);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Enoent or Enotdir ? null : throw Failure("open", path, errno);
    }

    /// <summary>Makes what was done in a directory durable.</summary>
    /// <exception cref="IOException">It cannot be synced.</exception>
    public static void SyncDirectory(string path)
    {
        using var handle = OpenForReading(path) ?? throw Failure("sync", path, Enoent);
        if (fsync(handle) != 0)
        {
            throw Failure("sync", path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The failure of a call on a path.</summary>
    public static IOException Failure(string what, string path, int errno) =>
        new($"cannot {what} '{path}': {Describe(errno)}", errno);

    /// <summary>The errno behind an exception of this class, or 0.</summary>
    public static int Errno(IOException exception) => exception.HResult;

    /// <summary>The system's words for an errno.</summary>
    public static string Describe(int errno) => new Win32Exception(errno).Message;

    private static FileStatus ToStatus(in Statx s)
    {
        var kind = (s.Mode & FormatMask) switch
        {
            0x4000 => FileKind.Directory,
            0x8000 => FileKind.Regular,
            0xA000 => FileKind.SymbolicLink,
            _ => FileKind.Other,
        };
        ulong major = s.DeviceMajor, minor = s.DeviceMinor;
        var device = ((major & 0xfffff000UL) << 32) | ((major & 0xfffUL) << 8) | ((minor & 0xffffff00UL) << 12) | (minor & 0xffUL);
        return new FileStatus(
            kind,
            (uint)(s.Mode & 0xFFF),
            s.Uid,
            s.Gid,
            kind == FileKind.Regular ? (long)s.Size : 0,
            (s.Mtime.Seconds * 1_000_000_000L) + s.Mtime.Nanoseconds,
            new FileIdentity(device, s.Inode),
            (s.Mask & StatxMountId) != 0 ? s.MountId : 0);
    }

    private const long UtimeOmit = 0x3ffffffe;
    private const int LockShared = 1;
    private const int LockNonBlocking = 4;
    private const int LockUnlock = 8;
    private const int SetSignal = 10;
    private const int UrgentSignal = 23;
    private const int SetLease = 1024;
    private const int LeaseWrite = 1;
    private const int LeaseUnlock = 2;
    private const int OpenReadOnly = 0;
    private const int OpenNonBlocking = 0x800;
    private const int OpenCloseOnExec = 0x80000;
    private static readonly int OpenNoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct StatxTime
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Padding;
    }

    // The kernel's struct statx (include/uapi/linux/stat.h), the same on every architecture; 256 bytes.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Statx
    {
        public uint Mask;
        public uint BlockSize;
        public ulong FileAttributes;
        public uint Links;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        public ushort Padding;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong FileAttributesMask;
        public StatxTime Atime;
        public StatxTime Btime;
        public StatxTime Ctime;
        public StatxTime Mtime;
        public uint RdevMajor;
        public uint RdevMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
        public ulong MountId;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, Statx* buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string created);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chmod(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int utimensat(int directory, string path, Timespec* times, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint buffer);

    [LibraryImport("libc")]
    private static partial void free(nint memory);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
