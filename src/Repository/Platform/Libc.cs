using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>The calls of the C library that .NET does not offer, with the numbers of Linux on x86-64 and arm64.</summary>
internal static partial class Libc
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;

    public const int LockExclusive = 2;
    public const int LockNonBlock = 4;

    public const int SeekData = 3;

    /// <summary>F_SETFL: takes <see cref="Direct"/> and others that may change while a file is open.</summary>
    public const int SetStatus = 4;

    public const int ProtectReadWrite = 3;
    public const int MapPrivateAnonymous = 0x22;

    public const int PathOnly = 0x200000;

    /// <summary>For <see cref="OpenAt2"/>: no component above the start, no link and no magic link anywhere.</summary>
    public const ulong ResolveBeneathNoLinks = 0x08 | 0x04 | 0x02;

    public const int CurrentDirectory = -100;
    public const int SymlinkNoFollow = 0x100;
    public const int EmptyPath = 0x1000;
    public const uint BasicStats = 0x7ff;

    public const int PermissionDenied = 1;
    public const int NoEntry = 2;
    public const int NoSuchDevice = 6;
    public const int ArgumentListTooLong = 7;
    public const int WouldBlock = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int CrossDevice = 18;
    public const int NoSpace = 28;
    public const int OutOfRange = 34;
    public const int NotImplemented = 38;
    public const int InvalidArgument = 22;
    public const int TooManyLinks = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    public const int AdviseSequential = 2;
    public const int AdviseDontNeed = 4;
    public const uint SyncRangeWrite = 2;
    public const int AdviseHugePages = 14;

    /// <summary>The same on all architectures.</summary>
    public const long CacheStatNumber = 451;

    /// <summary>FICLONE: one file takes over all blocks of another, which both have from then on until one of them writes.</summary>
    public const ulong CloneFile = 0x40049409;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int Directory => Arm ? 0x4000 : 0x10000;

    public static int Direct => Arm ? 0x10000 : 0x4000;

    public static int NoFollow => Arm ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int file, int command, long argument);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int file, ulong request, int argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static unsafe partial nint ReadDirectory(int directory, byte* buffer, nuint length);

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

    [LibraryImport("libc", EntryPoint = "madvise")]
    public static partial int AdviseMemory(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "symlink", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int MakeSymlink(string target, string path);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int file, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(int file, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int ChangeLinkOwner(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "futimens", SetLastError = true)]
    public static unsafe partial int SetTimes(int file, Timespec* accessAndModification);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
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

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int OpenAt(int directory, string name, int flags, int mode);

    /// <summary>openat2, which glibc has no function for; its number is the same on all architectures.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial nint OpenAt2(nint number, nint directory, string path, in OpenHow how, nuint howSize);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int MakeDirectoryAt(int directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int MakeSymlinkAt(string target, int directory, string name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int MakeLinkAt(int fromDirectory, string from, int toDirectory, string to, int flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int ChangeOwnerAt(int directory, string name, uint uid, uint gid, int flags);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static unsafe partial nint ReadLink(string path, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    public static unsafe partial nint ListAttributes(int file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static unsafe partial nint ListPathAttributes(string path, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static unsafe partial nint GetAttribute(int file, string name, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static unsafe partial nint GetPathAttribute(string path, string name, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static unsafe partial int SetAttribute(int file, string name, byte* value, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static unsafe partial int SetPathAttribute(string path, string name, byte* value, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "fremovexattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int RemoveAttribute(int file, string name);

    [LibraryImport("libc", EntryPoint = "lremovexattr", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int RemovePathAttribute(string path, string name);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    public static partial int FindUser(uint id, out UserEntry entry, nint buffer, nuint length, out nint result);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int FindUserByName(string name, out UserEntry entry, nint buffer, nuint length, out nint result);

    [LibraryImport("libc", EntryPoint = "getgrgid_r")]
    public static partial int FindGroup(uint id, out GroupEntry entry, nint buffer, nuint length, out nint result);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int FindGroupByName(string name, out GroupEntry entry, nint buffer, nuint length, out nint result);

    /// <summary>What <see cref="OpenAt2"/> takes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenHow
    {
        public const nint CallNumber = 437;

        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>glibc's <c>struct passwd</c> on 64-bit Linux, as far as it is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 48)]
    public struct UserEntry
    {
        [FieldOffset(0)]
        public nint Name;
        [FieldOffset(16)]
        public uint UserId;
    }

    /// <summary>glibc's <c>struct group</c> on 64-bit Linux, as far as it is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    public struct GroupEntry
    {
        [FieldOffset(0)]
        public nint Name;
        [FieldOffset(16)]
        public uint GroupId;
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
        [FieldOffset(16)]
        public uint Names;
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
