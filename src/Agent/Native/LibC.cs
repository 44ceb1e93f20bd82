using System.Runtime.InteropServices;
using Cairn.Repository;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Native;

/// <summary>The system calls that .NET does not offer. Layouts are those of 64-bit Linux.</summary>
internal static partial class LibC
{
    public const int AtCurrentDirectory = -100;
    public const int AtSymlinkNoFollow = 0x100;
    public const uint StatxBasic = 0x7ff;
    public const uint StatxMountId = 0x1000;
    public const uint RenameNoReplace = 1;
    public const uint RenameExchange = 2;
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int LockRelease = 8;
    public const int ControlSetSignal = 10;
    public const int ControlSetLease = 1024;
    public const int SignalUrgent = 23;
    public const int LeaseWrite = 1;
    public const int LeaseRelease = 2;
    public const long TimeOmit = 0x3ffffffe;
    public const int AccessExecute = 1;
    public const int AccessWrite = 2;
    public const int AtEffectiveAccess = 0x200;

    public static readonly int OpenNoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Statx(int directory, string path, int flags, uint mask, out StatxBuffer buffer);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Rename(string from, string to);

    [LibraryImport(Library, EntryPoint = "link", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Link(string from, string to);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Unlink(string path);

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int MakeDirectory(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "rmdir", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int RemoveDirectory(string path);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "lchown", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "faccessat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Access(int directory, string path, int mode, int flags);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFileSystem(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(SafeFileHandle socket, int level, int option, in TimeValue value, int length);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static unsafe partial nint Send(SafeFileHandle socket, byte* bytes, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static unsafe partial nint Receive(SafeFileHandle socket, byte* bytes, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int SetTimes(int directory, string path, in FileTimes times, int flags);

    [LibraryImport(Library, EntryPoint = "statvfs", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial int StatVfs(string path, out StatVfsBuffer buffer);

    [LibraryImport(Library, EntryPoint = "realpath", SetLastError = true, StringMarshallingCustomType = typeof(UnixPathMarshaller))]
    public static partial nint RealPath(string path, nint resolved);

    [LibraryImport(Library, EntryPoint = "free")]
    public static partial void Free(nint pointer);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getegid")]
    public static partial uint EffectiveGroupId();

    [LibraryImport(Library, EntryPoint = "getgroups", SetLastError = true)]
    public static unsafe partial int Groups(int length, uint* groups);

    /// <summary><c>struct timeval</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }

    /// <summary>The two <c>struct timespec</c> that <c>utimensat</c> takes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileTimes
    {
        public long AccessedSeconds;
        public long AccessedNanoseconds;
        public long ModifiedSeconds;
        public long ModifiedNanoseconds;
    }

    /// <summary>
    /// Linux's <c>struct statx</c> (include/uapi/linux/stat.h), the same on every architecture, as far as it is read; the
    /// kernel fills 256 bytes.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxBuffer
    {
        [FieldOffset(0)] public uint Mask;
        [FieldOffset(20)] public uint UserId;
        [FieldOffset(24)] public uint GroupId;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(48)] public ulong Blocks;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
        [FieldOffset(144)] public ulong MountId;
    }

    /// <summary>glibc's <c>struct statvfs</c> on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct StatVfsBuffer
    {
        [FieldOffset(8)] public ulong FragmentSize;
        [FieldOffset(32)] public ulong AvailableBlocks;
    }
}
