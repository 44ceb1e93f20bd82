using Cairn.Repository;

namespace Cairn.Agent.Native;

/// <summary>What the file system says about a path, symbolic links not followed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permission bits (07777).</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="SizeBytes">The length; of a regular file only, else 0.</param>
/// <param name="AllocatedBytes">What it takes on disk.</param>
/// <param name="ModifiedNs">Nanoseconds since 1970 UTC.</param>
/// <param name="Identity">Device and inode.</param>
/// <param name="MountId">The mount that the path is on, which tells bind mounts of one device apart; 0 when the kernel does not say.</param>
internal readonly record struct FileStatus(
    FileKind Kind,
    uint Mode,
    uint UserId,
    uint GroupId,
    long SizeBytes,
    long AllocatedBytes,
    long ModifiedNs,
    FileIdentity Identity,
    ulong MountId)
{
    /// <summary>Nothing is there; all else is zero, which no file's identity is.</summary>
    public static readonly FileStatus Missing;

    /// <summary>As the repository keeps them.</summary>
    public UnixAttributes Attributes => new(Mode, UserId, GroupId, ModifiedNs, SizeBytes);
}
