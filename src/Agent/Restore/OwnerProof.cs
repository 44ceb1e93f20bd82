using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>
/// Proves that restored files can be given to their owners before any is staged: root gives them to everybody, who is not root leaves them with itself
/// and one of its groups. What came back with another owner its database could no longer read or write.
/// </summary>
internal static class OwnerProof
{
    /// <summary>Returns what was found.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PermissionMissing"/>.</exception>
    public static string Require(PointContents contents, string node)
    {
        if (NativeFiles.IsSuperuser)
        {
            return "the agent runs as root and may give files to their owners";
        }

        var users = contents.Owners.Where(owner => owner != NativeFiles.UserId).ToList();
        if (users.Count > 0)
        {
            throw Missing($"files of the point belong to user(s) {string.Join(", ", users)}, but the agent runs as user {NativeFiles.UserId} and may not give files away", node);
        }

        var mine = NativeFiles.GroupIds();
        var groups = contents.Groups.Where(group => !mine.Contains(group)).ToList();
        return groups.Count == 0
            ? $"all files belong to user {NativeFiles.UserId}, as whom the agent runs, and to groups of its"
            : throw Missing($"files of the point belong to group(s) {string.Join(", ", groups)}, of which the agent, which runs as user {NativeFiles.UserId}, is no member", node);
    }

    private static CairnException Missing(string finding, string node) => new(
        ErrorCode.PermissionMissing, finding, "run the agent as the database's user, in all groups of its files, or as root", node);
}
