using System.Runtime.InteropServices;

namespace Cairn.Agent.Native;

/// <summary>
/// The file operations that need the system's own calls, in one place. All throw <see cref="NativeFailureException"/>
/// where they do not say otherwise, and none follows a symbolic link in the last component unless it says so.
/// </summary>
internal static class NativeFiles
{
    private const uint StatBasic = 0x7ff;
    private const int BlockBytes = 512;

    /// <summary>True when this process may do what permissions forbid, such as giving files to others.</summary>
    public static bool IsSuperuser => LibC.EffectiveUserId() == 0;

    /// <summary>The user whose rights this process has.</summary>
    public static uint UserId => LibC.EffectiveUserId();

    /// <summary>What stands at the path; <see cref="FileStatus.Missing"/> when nothing does.</summary>
    public static FileStatus Look(string path)
    {
        if (LibC.Statx(LibC.AtCurrentDirectory, path, LibC.AtSymlinkNoFollow, StatBasic, out var found) == 0)
        {
            return new FileStatus(
                KindOf(found.Mode),
                found.Mode & 0xfffu,
                found.UserId,
                found.GroupId,
                (long)found.Size,
                (long)found.Blocks * BlockBytes,
                (found.ModifiedSeconds * 1_000_000_000) + found.ModifiedNanoseconds,
                (found.DeviceMajor, found.DeviceMinor),
                found.Inode);
        }

        const int notDirectory = 20;
        var error = Marshal.GetLastPInvokeError();
        return error is NativeFailureException.NoEntry or notDirectory
            ? FileStatus.Missing
            : throw new NativeFailureException("stat", path, error);
    }

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
    public static void Link(string from, string to) => Check(LibC.Link(from, to), "link", $"{from}' to '{to}");

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
        if (LibC.MakeDirectory(path, 0x1c0) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == NativeFailureException.Exists && Look(path).Kind == FileKind.Directory
                ? false
                : throw new NativeFailureException("mkdir", path, error);
        }

        ChangeMode(path, mode);
        return true;
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

    /// <summary>Whether this process may create and remove names in a directory.</summary>
    public static bool MayChangeNamesIn(string directory) => LibC.Access(
        LibC.AtCurrentDirectory,
        directory,
        LibC.AccessWrite | LibC.AccessExecute,
        LibC.AtEffectiveAccess) == 0;

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string path) => WithDescriptor(path, LibC.Sync, "fsync");

    /// <summary>Makes everything on the path's file system durable.</summary>
    public static void SyncFileSystem(string path) => WithDescriptor(path, LibC.SyncFileSystem, "syncfs");

    /// <summary>Bytes that this process may still write to the path's file system. Follows links.</summary>
    public static long FreeBytes(string path)
    {
        Check(LibC.StatVfs(path, out var found), "statvfs", path);
        return (long)UInt128.Min(long.MaxValue, (UInt128)found.AvailableBlocks * found.FragmentSize);
    }

    /// <summary>The path without any link in it; null when a component is missing.</summary>
    public static string? RealPath(string path)
    {
        var resolved = LibC.RealPath(path, 0);
        if (resolved == 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == NativeFailureException.NoEntry
                ? null
                : throw new NativeFailureException("realpath", path, error);
        }

        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            LibC.Free(resolved);
        }
    }

    /// <summary>
    /// Takes the exclusive lock of a file, made when absent, for the life of the process or until disposed; null when
    /// another holder has it.
    /// </summary>
    public static IDisposable? TryLock(string path)
    {
        var descriptor = LibC.Open(path, LibC.OpenReadWrite | LibC.OpenCreate | LibC.OpenCloseOnExec, 0x180);
        Check(descriptor, "open", path);
        if (LibC.Lock(descriptor, LibC.LockExclusive | LibC.LockNonBlocking) == 0)
        {
            return new HeldLock(descriptor);
        }

        _ = LibC.Close(descriptor);
        return null;
    }

    private static void WithDescriptor(string path, Func<int, int> call, string operation)
    {
        var descriptor = LibC.Open(path, LibC.OpenReadOnly | LibC.OpenCloseOnExec, 0);
        Check(descriptor, "open", path);
        try
        {
            Check(call(descriptor), operation, path);
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    private static void Check(int result, string operation, string path)
    {
        if (result < 0)
        {
            throw new NativeFailureException(operation, path, Marshal.GetLastPInvokeError());
        }
    }

    private static FileKind KindOf(ushort mode) => (mode & 0xf000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xa000 => FileKind.Symlink,
        _ => FileKind.Other,
    };

    private sealed class HeldLock(int descriptor) : IDisposable
    {
        private int open = descriptor;

        public void Dispose()
        {
            var toClose = Interlocked.Exchange(ref open, -1);
            if (toClose >= 0)
            {
                _ = LibC.Close(toClose);
            }
        }
    }
}
