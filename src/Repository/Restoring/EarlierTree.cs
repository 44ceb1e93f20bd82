using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// A directory whose files may hold already what a restore is to write. A restored file begins by sharing the blocks of its namesake there, and only
/// what the hash of its own content then shows to be wrong is written. The directory is only read, and what is written later to either of the two does
/// not reach the other. Safe for concurrent use.
/// </summary>
internal sealed class EarlierTree(string path) : IDisposable
{
    private readonly ConfinedDirectory directory = new(path);
    private volatile bool usable = true;

    /// <summary>False once the file system has refused: it cannot share blocks, or not between the two places.</summary>
    public bool IsUsable => usable;

    /// <summary>Lets an empty file share the blocks of its namesake; how many bytes it has then, 0 when there is none.</summary>
    public long Share(SafeFileHandle empty, string relative)
    {
        if (!usable)
        {
            return 0;
        }

        using var earlier = directory.TryOpenFile(relative);
        if (earlier is null || earlier.Stat(directory.FullPath(relative)).Attributes.Size is not (> 0 and var length))
        {
            return 0;
        }

        if (!UnixFile.TryShareBlocks(empty, earlier))
        {
            usable = false;
            return 0;
        }

        return Math.Min(length, empty.Stat(directory.FullPath(relative)).Attributes.Size);
    }

    public void Dispose() => directory.Dispose();
}
