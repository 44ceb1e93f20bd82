using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>Resolves an instance's directories at the time when they are used.</summary>
internal static class LiveRoots
{
    /// <summary>The directory behind a root, without symbolic links.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PathUnusable"/> when it is no directory.</exception>
    public static string Resolve(OpenGeminiConfiguration configuration, string root)
    {
        var path = configuration.Roots.First(r => r.Name == root).Path;
        return NativeFiles.TryRealPath(path) is { } resolved && NativeFiles.Look(resolved).Kind == FileKind.Directory
            ? resolved
            : throw new CairnException(
                ErrorCode.PathUnusable,
                $"the {root} directory '{path}' is not there, or may not be entered",
                "check the directories in the engine's configuration file and the rights of the agent's user",
                subject: path);
    }
}
