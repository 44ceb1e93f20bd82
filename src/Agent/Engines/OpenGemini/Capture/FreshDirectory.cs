using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>
/// A directory beside a capture into which a server is told to write: fresh, empty, on the live directory's mount, of the server's user.
/// </summary>
internal static class FreshDirectory
{
    private const string SideName = ".cairn";

    /// <summary>Makes one. The agent's directories are private, so the server gets a way in when the users differ.</summary>
    public static string Make(CapturedDirectory capture, string live, string role, OpenGeminiConfiguration configuration, ProcessTable table)
    {
        var parent = Path.GetDirectoryName(capture.Path)!;
        var fresh = Path.Combine(parent, $"{Path.GetFileName(capture.Path)}.native-{Guid.NewGuid():N}");
        NativeFiles.MakePrivateDirectory(fresh);
        var server = table.List().FirstOrDefault(p => CommandLine.RolesOf(p).Contains(role)
            && CommandLine.ConfigOf(p, table) is { } config && CommandLine.SameFile(config, configuration.Path));
        var owner = NativeFiles.Require(live);
        var uid = server?.Uid ?? owner.UserId;
        if (uid == NativeFiles.UserId)
        {
            return fresh;
        }

        NativeFiles.ChangeOwner(fresh, uid, owner.GroupId);
        for (var directory = parent; Path.GetFileName(directory).Length > 0; directory = Path.GetDirectoryName(directory)!)
        {
            var status = NativeFiles.Require(directory);
            NativeFiles.ChangeMode(directory, status.Mode | 1);
            if (Path.GetFileName(directory) == SideName)
            {
                break;
            }
        }

        return fresh;
    }

    /// <summary>Removes it with all that was written there; nothing happens when there is none.</summary>
    public static void Remove(string? fresh)
    {
        if (fresh is not null)
        {
            Tree.Remove(fresh, CancellationToken.None);
        }
    }
}
