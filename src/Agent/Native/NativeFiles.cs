using System.Runtime.InteropServices;
using Cairn.Repository;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Native;

/// <summary>
/// The file operations that need the system's own calls, in one place. All throw <see cref="NativeFailureException"/>
/// where they do not say otherwise, and none follows a symbolic link in the last component unless it says so.
/// </summary>
internal static class NativeFiles
{
    private const uint PermissionMask = 0xfff;
    private const int BlockBytes = 512;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>True when this process may do what permissions forbid, such as giving files to others.</summary>
    public static bool IsSuperuser => LibC.EffectiveUserId() == 0;

    /// <summary>The user whose rights this process has.</summary>
    public static uint UserId => LibC.EffectiveUserId();

    /// <summary>The groups whose rights this process has: to these it may give its files.</summary>
    public static unsafe IReadOnlySet<uint> GroupIds()
    {
        var groups = new uint[Math.Max(0, LibC.Groups(0, null))];
        fixed (uint* first = groups)
        {
            Check(LibC.Groups(groups.Length, first), "getgroups", "");
        }

        return groups.Append(LibC.EffectiveGroupId()).ToHashSet();
    }

    /// <summary>What stands at the path; <see cref="FileStatus.Missing"/> when nothing does.</summary>
    public static FileStatus Look(string path)
    {
        const uint wanted = LibC.StatxBasic | LibC.StatxMountId;
        if (LibC.Statx(LibC.AtCurrentDirectory, path, LibC.AtSymlinkNoFollow, wanted, out var found) == 0)
        {
            return ToStatus(found);
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NativeFailureException.NoEntry or NativeFailureException.NotDirectory
            ? FileStatus.Missing
            : throw new NativeFailureException("stat", path, error);
    }

    /// <summary>What stands at a path where something must: <see cref="NativeFailureException.NoEntry"/> when nothing does.</summary>
    public static FileStatus Require(string path) => Look(path) is { Kind: not FileKind.Missing } status
        ? status
        : throw new NativeFailureException("stat", path, NativeFailureException.NoEntry);

    /// <summary>The names in a directory, in ordinal order; null when it is not there. Names may be any bytes (<see cref="UnixPath"/>).</summary>
    public static IReadOnlyList<string>? ListNames(string directory) =>
        UnixDirectory.TryListNames(directory, out var error) ??
        (error is NativeFailureException.NoEntry or NativeFailureException.NotDirectory ? null : throw new NativeFailureException("list", directory, error));

    /// <summary>Exchanges two names in one step: there is no moment at which either is missing.</summary>
    public static void Exchange(string first, string second) => Check(
        LibC.RenameAt2(LibC.AtCurrentDirectory, first, LibC.AtCurrentDirectory, second, LibC.RenameExchange),
        "exchange", $"{first}' with '{second}");

    /// <summary>Renames, and fails with <see cref="NativeFailureException.Exists"/> when the new name is taken.</summary>
    public static void RenameNew(string from, string to) => Check(
        LibC.RenameAt2(LibC.AtCurrentDirectory, from, LibC.AtCurrentDirectory, to, LibC.RenameNoReplace),
        "rename", $"{from}' to '{to}");

    /// <summary>Renames, replacing a file.</summary>
    public static void Rename(string from, string to) => Check(LibC.Rename(from, to), "rename", $"{from}' to '{to}");

    /// <summary>Gives a file a second name.</summary>
    public static void Link(string from, string to)
    {
        if (TryLink(from, to) is var error and not 0)
        {
            throw new NativeFailureException("link", $"{from}' to '{to}", error);
        }
    }

    /// <summary>Gives a file a second name. 0, or the error number: callers tell a vanished file from a refused link.</summary>
    public static int TryLink(string from, string to) => LibC.Link(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Removes a file or link; true when it was there.</summary>
    public static bool Unlink(string path)
    {
        if (LibC.Unlink(path) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NativeFailureException.NoEntry ? false : throw new NativeFailureException("unlink", path, error);
    }

    /// <summary>Makes a directory with exactly this mode, whatever the umask; false when one is there already.</summary>
    public static bool MakeDirectory(string path, uint mode)
    {
        if (!MakePrivateDirectory(path))
        {
            return false;
        }

        ChangeMode(path, mode);
        return true;
    }

    /// <summary>Makes a directory that only this user may enter; false when one is there already.</summary>
    public static bool MakePrivateDirectory(string path)
    {
        if (LibC.MakeDirectory(path, 0x1c0) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NativeFailureException.Exists && Look(path).Kind == FileKind.Directory
            ? false
            : throw new NativeFailureException("mkdir", path, error);
    }

    /// <summary>Removes a directory if it is empty; false when it is not there or holds something.</summary>
    public static bool TryRemoveEmptyDirectory(string path)
    {
        if (LibC.RemoveDirectory(path) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NativeFailureException.NoEntry or NativeFailureException.NotEmpty or NativeFailureException.Exists
            ? false
            : throw new NativeFailureException("rmdir", path, error);
    }

    /// <summary>Sets permission bits; follows a link, so only for what is known to be none.</summary>
    public static void ChangeMode(string path, uint mode) => Check(LibC.ChangeMode(path, mode), "chmod", path);

    /// <summary>Sets owner and group.</summary>
    public static void ChangeOwner(string path, uint user, uint group) =>
        Check(LibC.ChangeOwner(path, user, group), "chown", path);

    /// <summary>
    /// Sets the owner when it differs. That it may not be given away is a failure for root only, because nobody else can: false then.
    /// Takes setuid and file capabilities away, so it comes before these.
    /// </summary>
    public static bool TryGive(string path, in FileStatus status)
    {
        var current = Require(path);
        if (current.UserId == status.UserId && current.GroupId == status.GroupId)
        {
            return true;
        }

        var given = LibC.ChangeOwner(path, status.UserId, status.GroupId);
        Check(IsSuperuser ? given : 0, "chown", path);
        return given == 0;
    }

    /// <summary>Sets mode and modification time.</summary>
    public static void SetModeAndTime(string path, in FileStatus status)
    {
        if (Require(path).Mode != status.Mode)
        {
            ChangeMode(path, status.Mode & PermissionMask);
        }

        // Rounded down, so that times before 1970 have their nanoseconds counted forward, as the kernel wants them.
        var seconds = Math.DivRem(status.ModifiedNs, NanosecondsPerSecond, out var rest) - (rest < 0 ? 1 : 0);
        var times = new LibC.FileTimes
        {
            AccessedNanoseconds = LibC.TimeOmit,
            ModifiedSeconds = seconds,
            ModifiedNanoseconds = rest < 0 ? rest + NanosecondsPerSecond : rest,
        };
        Check(LibC.SetTimes(LibC.AtCurrentDirectory, path, times, LibC.AtSymlinkNoFollow), "utimensat", path);
    }

    /// <summary>Whether this process may create and remove names in a directory.</summary>
    public static bool MayChangeNamesIn(string directory) => LibC.Access(
        LibC.AtCurrentDirectory,
        directory,
        LibC.AccessWrite | LibC.AccessExecute,
        LibC.AtEffectiveAccess) == 0;

    /// <summary>Whether a directory is on a mount that nobody may write to.</summary>
    public static bool IsMountedReadOnly(string directory) =>
        LibC.Access(LibC.AtCurrentDirectory, directory, LibC.AccessWrite, LibC.AtEffectiveAccess) != 0
        && Marshal.GetLastPInvokeError() == NativeFailureException.ReadOnly;

    /// <summary>Makes the names in a directory durable. Follows links.</summary>
    public static void SyncDirectory(string path)
    {
        using var directory = Open(path, LibC.OpenReadOnly, mode: 0);
        Check(LibC.Sync(directory), "fsync", path);
    }

    /// <summary>Makes everything on the path's file system durable. Follows links.</summary>
    public static void SyncFileSystem(string path)
    {
        using var file = Open(path, LibC.OpenReadOnly, mode: 0);
        Check(LibC.SyncFileSystem(file), "syncfs", path);
    }

    /// <summary>Opens for reading; null when nothing is there, a failure when it is a symbolic link. Does not wait for pipes.</summary>
    public static SafeFileHandle? OpenForReading(string path)
    {
        try
        {
            return Open(path, LibC.OpenReadOnly | LibC.OpenNoFollow | LibC.OpenNonBlocking, mode: 0);
        }
        catch (NativeFailureException failure) when (failure.Error
            is NativeFailureException.NoEntry or NativeFailureException.NotDirectory)
        {
            return null;
        }
    }

    /// <summary>Opens with these flags; children do not inherit it.</summary>
    public static SafeFileHandle Open(string path, int flags, uint mode)
    {
        var descriptor = LibC.Open(path, flags | LibC.OpenCloseOnExec, mode);
        Check(descriptor, "open", path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Bytes that this process may still write to the path's file system. Follows links.</summary>
    public static long FreeBytes(string path)
    {
        Check(LibC.StatVfs(path, out var found), "statvfs", path);
        return (long)UInt128.Min(long.MaxValue, (UInt128)found.AvailableBlocks * found.FragmentSize);
    }

    /// <summary>The path without any link in it; null when a component is missing.</summary>
    public static string? RealPath(string path) => Resolve(path, out var error) is { } resolved ? resolved
        : error == NativeFailureException.NoEntry ? null
        : throw new NativeFailureException("realpath", path, error);

    /// <summary>The path without any link in it; null when it does not exist or may not be resolved.</summary>
    public static string? TryRealPath(string path) => Resolve(path, out _);

    private static string? Resolve(string path, out int error)
    {
        var resolved = LibC.RealPath(path, 0);
        error = resolved == 0 ? Marshal.GetLastPInvokeError() : 0;
        try
        {
            return resolved == 0 ? null : UnixPath.FromBytes(BytesAt(resolved));
        }
        finally
        {
            LibC.Free(resolved);
        }
    }

    private static unsafe ReadOnlySpan<byte> BytesAt(nint text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text);

    private static void Check(int result, string operation, string path)
    {
        if (result < 0)
        {
            throw new NativeFailureException(operation, path, Marshal.GetLastPInvokeError());
        }
    }

    private static FileStatus ToStatus(in LibC.StatxBuffer found)
    {
        var kind = KindOf(found.Mode);
        return new FileStatus(
            kind,
            found.Mode & PermissionMask,
            found.UserId,
            found.GroupId,
            kind == FileKind.Regular ? (long)found.Size : 0,
            (long)found.Blocks * BlockBytes,
            (found.ModifiedSeconds * NanosecondsPerSecond) + found.ModifiedNanoseconds,
            new FileIdentity(DeviceNumber(found.DeviceMajor, found.DeviceMinor), found.Inode),
            (found.Mask & LibC.StatxMountId) != 0 ? found.MountId : 0);
    }

    // As glibc's makedev puts st_dev together, which is how the repository keeps it.
    private static ulong DeviceNumber(ulong major, ulong minor) =>
        ((major & 0xfffff000UL) << 32) | ((major & 0xfffUL) << 8) | ((minor & 0xffffff00UL) << 12) | (minor & 0xffUL);

    private static FileKind KindOf(ushort mode) => (mode & 0xf000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xa000 => FileKind.SymbolicLink,
        _ => FileKind.Other,
    };
}
