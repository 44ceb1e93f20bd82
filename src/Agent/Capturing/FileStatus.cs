using Cairn.Repository;

namespace Cairn.Agent.Capturing;

/// <summary>What the file system says about a path, symbolic links not followed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permission bits (07777).</param>
/// <param name="Uid">The owner.</param>
/// <param name="Gid">The group.</param>
/// <param name="Size">Bytes; of a regular file only, else 0.</param>
/// <param name="MtimeNs">Nanoseconds since 1970 UTC.</param>
/// <param name="Identity">Device and inode.</param>
/// <param name="MountId">The mount that the path is on, which tells bind mounts of one device apart; 0 when the kernel does not say.</param>
internal readonly record struct FileStatus(
    FileKind Kind, uint Mode, uint Uid, uint Gid, long Size, long MtimeNs, FileIdentity Identity, ulong MountId)
{
    /// <summary>As the repository keeps them.</summary>
    public UnixAttributes Attributes => new(Mode, Uid, Gid, MtimeNs, Size);
}
