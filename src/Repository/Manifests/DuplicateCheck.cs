namespace Cairn.Repository;

/// <summary>Finds paths that come twice: at once while there are few, and for many when all have passed. A few MiB of memory.</summary>
internal sealed class DuplicateCheck(string scratchDirectory) : IDisposable
{
    private readonly DiskTable<PathKey> seen = new(scratchDirectory);

    /// <summary>False when the path is known to have passed before.</summary>
    public bool Pass(string path) => Pass(PathKey.Of(path));

    /// <summary>As the other, for a path whose key is there already.</summary>
    public bool Pass(PathKey path) => seen.TryAdd(path);

    /// <summary>When all have passed: whether each did so once.</summary>
    public bool AllPassedOnce()
    {
        if (seen.IsOnDisk)
        {
            PathKey? last = null;
            foreach (var key in seen.ReadSorted())
            {
                if (key == last)
                {
                    return false;
                }

                last = key;
            }
        }

        return true;
    }

    public void Dispose() => seen.Dispose();
}
