using Cairn.Repository;

namespace Cairn.Agent.Restore;

/// <summary>What a point holds, summed up by root while its manifest is read once.</summary>
internal sealed class PointContents
{
    private const int BlockBytes = 4096;
    private const int MaxOwners = 100;

    private readonly Dictionary<string, RootContents> roots = new(StringComparer.Ordinal);

    /// <summary>Regular files of all roots.</summary>
    public long Files => roots.Values.Sum(root => root.Files);

    /// <summary>The users that own something; at most a hundred of them.</summary>
    public HashSet<uint> Owners { get; } = [];

    /// <summary>What <c>INSTANCE/ROOT</c> holds; nothing when it is not in the point.</summary>
    public RootContents Of(string root) => roots.GetValueOrDefault(root, new RootContents(0, 0, Root: null));

    /// <summary>Sums up.</summary>
    public async Task ReadAsync(IAsyncEnumerable<ManifestEntry> entries)
    {
        await foreach (var entry in entries)
        {
            var parts = entry.Path.Split('/', 3);
            if (parts.Length < 2)
            {
                continue;
            }

            var name = $"{parts[0]}/{parts[1]}";
            var root = Of(name);
            var isFile = entry.Kind == EntryKind.File;

            // Whole blocks, so that many small files are not underestimated.
            var blocks = isFile ? (entry.Attributes.Size + BlockBytes - 1) / BlockBytes : 1;
            roots[name] = new RootContents(
                root.Files + (isFile ? 1 : 0),
                root.Bytes + (blocks * BlockBytes),
                parts.Length == 2 ? entry.Attributes : root.Root);
            if (Owners.Count < MaxOwners)
            {
                Owners.Add(entry.Attributes.Uid);
            }
        }
    }
}
