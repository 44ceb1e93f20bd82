using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Gives restored files, directories and links what their entries say. In this order, because each step undoes some of what would come before it: owner
/// (clears setuid and file capabilities), extended attributes (need a file that may be written; an ACL changes the mode), mode, time. Safe for concurrent use.
/// </summary>
internal sealed class AttributeRestorer(bool setOwners, AttributeNotes notes)
{
    private const uint SetGroupId = 0x400;

    private static readonly uint Self = Libc.EffectiveUserId();
    private static readonly bool IsSuperuser = Self == 0;

    private readonly OwnerNames names = new();

    /// <summary>Sets all of a file or directory.</summary>
    public unsafe void Set(SafeFileHandle handle, string path, ManifestEntry entry)
    {
        if (setOwners)
        {
            var (uid, gid) = OwnerOf(entry);
            var found = handle.Stat(path).Attributes;
            if (found.Uid != uid || found.Gid != gid)
            {
                LastError.Check(Libc.ChangeOwner(handle.Number(), uid, gid), path, $"chown {uid}:{gid}");
            }
        }
        else
        {
            NoteOwner(entry);
        }

        foreach (var attribute in ExtendedAttributeCalls.InOrderOfSetting(entry.ExtendedAttributes))
        {
            Note(entry, attribute.Name, ExtendedAttributeCalls.TrySet(handle.Number(), attribute), path);
        }

        var mode = entry.Attributes.Mode;
        LastError.Check(Libc.ChangeMode(handle.Number(), mode), path, "chmod");
        if ((mode & SetGroupId) != 0 && !IsSuperuser && (handle.Stat(path).Attributes.Mode & SetGroupId) == 0)
        {
            notes.Add(new AttributeNote(entry.Path, "setgid", "this user is not in the file's group"));
        }

        var times = Times(entry.Attributes.MtimeNs);
        fixed (Libc.Timespec* pair = times)
        {
            LastError.Check(Libc.SetTimes(handle.Number(), pair), path, "set mtime");
        }
    }

    /// <summary>Sets all of a symbolic link itself.</summary>
    public unsafe void SetLink(RestorePlace place, ManifestEntry entry)
    {
        var (target, relative) = place;
        var path = target.FullPath(relative);
        if (setOwners)
        {
            var (uid, gid) = OwnerOf(entry);
            var found = target.Stat(relative)?.Attributes;
            if (found?.Uid != uid || found?.Gid != gid)
            {
                target.SetLinkOwner(relative, uid, gid);
            }
        }
        else
        {
            NoteOwner(entry);
        }

        foreach (var attribute in entry.ExtendedAttributes)
        {
            Note(entry, attribute.Name, target.TrySetLinkAttribute(relative, attribute), path);
        }

        var times = Times(entry.Attributes.MtimeNs);
        fixed (Libc.Timespec* pair = times)
        {
            target.SetLinkTimes(relative, pair);
        }
    }

    /// <summary>By name where this host has it, else by number.</summary>
    private (uint Uid, uint Gid) OwnerOf(ManifestEntry entry) =>
        (names.UserId(entry.Owner, entry.Attributes.Uid), names.GroupId(entry.Group, entry.Attributes.Gid));

    private void NoteOwner(ManifestEntry entry)
    {
        if (OwnerOf(entry) is var (user, group) && user != Self && !IsSuperuser)
        {
            notes.Add(new AttributeNote(entry.Path, "owner", $"it belongs to {user}:{group}, and only root gives files away"));
        }
    }

    // Other file systems and other users may not have or set every attribute; the data come back all the same.
    private void Note(ManifestEntry entry, string attribute, int error, string path)
    {
        switch (error)
        {
            case 0:
                return;
            case Libc.NotSupported or Libc.PermissionDenied or Libc.AccessDenied or Libc.NoSpace or Libc.QuotaExceeded or Libc.OutOfRange or
                Libc.ArgumentListTooLong or Libc.InvalidArgument:
                notes.Add(new AttributeNote(entry.Path, attribute, Marshal.GetPInvokeErrorMessage(error)));
                return;
            default:
                throw LastError.Exception(path, $"set extended attribute {UnixPath.Show(attribute)}", error);
        }
    }

    private static Libc.Timespec[] Times(long mtimeNs)
    {
        // Rounded down, so that times before 1970 have their nanoseconds counted forward, as the kernel wants them.
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
