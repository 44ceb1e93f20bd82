using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Capturing;

/// <summary>Gives what a capture has made owner, mode and time of its live counterpart.</summary>
internal static class CopiedAttributes
{
    /// <summary>Sets them. An owner to whom this process may not give it is kept with it, and the point gets that one.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PermissionMissing"/>: the file system cannot keep it either.</exception>
    public static void Set(string path, in FileStatus live)
    {
        if (!NativeFiles.TrySetAttributes(path, live) && !CopiedOwner.TryKeep(path, live.UserId, live.GroupId))
        {
            throw new CairnException(
                ErrorCode.PermissionMissing,
                $"what '{path}' is a copy of belongs to {live.UserId}:{live.GroupId}, and user {NativeFiles.UserId}, as whom the agent runs, can neither give it away nor keep that on this file system",
                "run the agent as the database's user or as root",
                subject: path);
        }
    }
}
