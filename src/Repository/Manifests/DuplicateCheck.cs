namespace Cairn.Repository;

/// <summary>Refuses a manifest that names a path twice.</summary>
internal sealed class DuplicateCheck(string manifestPath)
{
    private readonly HashSet<PathKey> seen = [];

    public void Pass(ManifestEntry entry)
    {
        if (!seen.Add(PathKey.Of(entry.Path)))
        {
            throw new RepositoryDamagedException(manifestPath, $"names '{entry.Path}' twice");
        }
    }
}
