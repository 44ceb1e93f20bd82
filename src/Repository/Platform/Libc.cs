using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>The calls of the C library that .NET does not offer, with the numbers of Linux on x86-64 and arm64.</summary>
internal static partial class Libc
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;

    public const int LockExclusive = 2;
    public const int LockNonBlock = 4;

    public const int SeekData = 3;

    public const int ProtectReadWrite = 3;
    public const int MapPrivateAnonymous = 0x22;

    public const int CurrentDirectory = -100;
    public const int SymlinkNoFollow = 0x100;
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7ff;

    public const int PermissionDenied = 1;
    public const int NoEntry = 2;
    public const int NoSuchDevice = 6;
    public const int WouldBlock = 11;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int NoSpace = 28;
    public const int TooManyLinks = 40;
    public const int QuotaExceeded = 122;

    public const int AdviseSequential = 2;
    public const int AdviseDontNeed = 4;
    public const uint SyncRangeWrite = 2;

    /// <summary>The same on all architectures.</summary>
    public const long CacheStatNumber = 451;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int Directory => Arm ? 0x4000 : 0x10000;

    public static int NoFollow => Arm ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Flock(int file, int operation);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(int file);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint MapMemory(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int UnmapMemory(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeSymlink(string target, string path);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int file, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(int file, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeLinkOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static unsafe partial int SetTimes(int file, Timespec* accessAndModification);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int SetTimesAt(int directory, string path, Timespec* accessAndModification, int flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(int file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int Advise(int file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    public static partial int SyncRange(int file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static unsafe partial long CacheStat(long number, long file, CacheStatRange* range, CacheStatResult* result, long flags);

    /// <summary>A range of a file; length 0 is all behind the offset.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CacheStatRange
    {
        public ulong Offset;
        public ulong Length;
    }

    /// <summary>The kernel's <c>struct cachestat</c>; numbers of pages.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CacheStatResult
    {
        public ulong Cached;
        public ulong Dirty;
        public ulong Writeback;
        public ulong Evicted;
        public ulong RecentlyEvicted;
    }

    /// <summary>Seconds and nanoseconds; <see cref="Omit"/> as nanoseconds leaves that time alone.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Timespec
    {
        public const long Omit = (1L << 30) - 2;

        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>The kernel's <c>struct statx</c>, whose layout is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        [FieldOffset(20)]
        public uint Uid;
        [FieldOffset(24)]
        public uint Gid;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(48)]
        public ulong Blocks;
        [FieldOffset(96)]
        public long CtimeSeconds;
        [FieldOffset(104)]
        public uint CtimeNanoseconds;
        [FieldOffset(112)]
        public long MtimeSeconds;
        [FieldOffset(120)]
        public uint MtimeNanoseconds;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
