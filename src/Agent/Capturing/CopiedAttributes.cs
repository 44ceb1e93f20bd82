using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Capturing;

/// <summary>Gives what a capture has made owner, mode and time of its live counterpart. An owner to whom this process may not give it is kept with it, and the point gets that one.</summary>
internal static class CopiedAttributes
{
    /// <summary>Sets owner, mode and time.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PermissionMissing"/>: the file system cannot keep the owner either.</exception>
    public static void Set(string path, in FileStatus live)
    {
        GiveOrKeepOwner(path, live);
        NativeFiles.SetModeAndTime(path, live);
    }

    /// <summary>
    /// Sets these and the extended attributes that <paramref name="source"/> has. In this order: a new owner takes file capabilities away, and a mode or an ACL may
    /// take from the agent the right to write, which it needs to keep anything with a file.
    /// </summary>
    /// <inheritdoc cref="Set(string, in FileStatus)" path="/exception"/>
    public static void Set(string path, in FileStatus live, string source)
    {
        var given = GiveOrKeepOwner(path, live);
        KeptAttributes.Copy(source, path, sparingOwner: !given);
        NativeFiles.SetModeAndTime(path, live);
    }

    // True when it was given.
    private static bool GiveOrKeepOwner(string path, in FileStatus live)
    {
        if (NativeFiles.TryGive(path, live))
        {
            return true;
        }

        return CopiedOwner.TryKeep(path, live.UserId, live.GroupId) ? false : throw new CairnException(
            ErrorCode.PermissionMissing,
            $"what '{path}' is a copy of belongs to {live.UserId}:{live.GroupId}, and user {NativeFiles.UserId}, as whom the agent runs, can neither give it away nor keep that on this file system",
            "run the agent as the database's user or as root",
            subject: path);
    }
}
