namespace Cairn.Agent.Engines;

/// <summary>
/// The directories of one capture: one per data root, each on the root's own mount so that hard links work, and one for
/// the engine's notes. Made by the core before the first step, removed by the core after the capture has ended.
/// </summary>
/// <param name="RootDirectories">
/// None when the engine's <see cref="IEngineInstance.CaptureMode"/> is held. By root name: <c>&lt;parent of the resolved root&gt;/.cairn/capture/&lt;job&gt;/&lt;instance&gt;/&lt;root&gt;</c>; exists and is private
/// to the agent.
/// </param>
/// <param name="NotesDirectory">
/// Where an engine keeps what it must remember between steps and across a restart of the agent; beside the journal.
/// </param>
public sealed record CaptureWorkspace(IReadOnlyDictionary<string, string> RootDirectories, string NotesDirectory)
{
    /// <summary>The capture directory of the root named <paramref name="root"/>.</summary>
    public string For(string root) => RootDirectories[root];
}
