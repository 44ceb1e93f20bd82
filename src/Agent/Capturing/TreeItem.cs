using Cairn.Agent.Native;

namespace Cairn.Agent.Capturing;

/// <summary>One thing below the root of a tree.</summary>
/// <param name="Path">Relative to the root, '/'-separated.</param>
/// <param name="Status">What it was when it was looked at.</param>
internal readonly record struct TreeItem(string Path, FileStatus Status)
{
    /// <summary>The last component.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
