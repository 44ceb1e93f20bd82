using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>Sets owner, mode and time of what was restored: the owner first, since changing it clears mode bits.</summary>
internal static class RestoredAttributes
{
    public static unsafe void Set(SafeFileHandle handle, string path, UnixAttributes wanted, bool setOwner)
    {
        var found = handle.Stat(path).Attributes;
        if (setOwner && (found.Uid != wanted.Uid || found.Gid != wanted.Gid))
        {
            LastError.Check(Libc.ChangeOwner(handle.Number(), wanted.Uid, wanted.Gid), path, $"chown {wanted.Uid}:{wanted.Gid}");
        }

        LastError.Check(Libc.ChangeMode(handle.Number(), wanted.Mode), path, "chmod");
        var times = Times(wanted.MtimeNs);
        fixed (Libc.Timespec* pair = times)
        {
            LastError.Check(Libc.SetTimes(handle.Number(), pair), path, "set mtime");
        }
    }

    public static unsafe void SetLink(string path, UnixAttributes wanted, bool setOwner)
    {
        var found = UnixStat.TryRead(path)?.Attributes;
        if (setOwner && (found?.Uid != wanted.Uid || found?.Gid != wanted.Gid))
        {
            LastError.Check(Libc.ChangeLinkOwner(path, wanted.Uid, wanted.Gid), path, $"chown {wanted.Uid}:{wanted.Gid}");
        }

        var times = Times(wanted.MtimeNs);
        fixed (Libc.Timespec* pair = times)
        {
            LastError.Check(Libc.SetTimesAt(Libc.CurrentDirectory, path, pair, Libc.SymlinkNoFollow), path, "set mtime");
        }
    }

    private static Libc.Timespec[] Times(long mtimeNs)
    {
        var (seconds, nanoseconds) = Math.DivRem(mtimeNs, 1_000_000_000);
        if (nanoseconds < 0)
        {
            (seconds, nanoseconds) = (seconds - 1, nanoseconds + 1_000_000_000);
        }

        return
        [
            new Libc.Timespec { Nanoseconds = Libc.Timespec.Omit },
            new Libc.Timespec { Seconds = seconds, Nanoseconds = nanoseconds },
        ];
    }
}
