namespace Cairn.Repository;

/// <summary>
/// Where one root of a point goes: "data/a/b" of root "data" becomes <paramref name="TargetDirectory"/>/a/b, and the
/// attributes of the entry "data" itself are set on <paramref name="TargetDirectory"/>.
/// </summary>
/// <param name="Root">The paths' first component, or the first several, '/'-separated ("store1/data"); no root lies inside another.</param>
/// <param name="TargetDirectory">Absolute; made when absent (its parent must be there), else it must be an empty directory and no link.</param>
public sealed record RestoreRoot(string Root, string TargetDirectory)
{
    /// <summary>
    /// Absolute; a directory that may hold files of the root as they are to become, null for none. Where the file system can let files share blocks, what the
    /// hash proves right is taken over from there instead of being read from the repository and written anew; where it cannot, this changes nothing. It is
    /// only read.
    /// </summary>
    public string? Earlier { get; init; }
}
