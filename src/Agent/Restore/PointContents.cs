using Cairn.Repository;

namespace Cairn.Agent.Restore;

/// <summary>What a point holds, summed up by root, or by what is right below roots, while its manifest is read once.</summary>
/// <param name="levels">Components of the paths that are summed up: <see cref="RootLevels"/>, or one more.</param>
internal sealed class PointContents(int levels)
{
    /// <summary>INSTANCE/ROOT.</summary>
    public const int RootLevels = 2;

    private const int BlockBytes = 4096;
    private const int MaxOwners = 100;

    private readonly Dictionary<string, RootContents> roots = new(StringComparer.Ordinal);

    /// <summary>Regular files of all roots.</summary>
    public long Files => roots.Values.Sum(root => root.Files);

    /// <summary>The users that own something; at most a hundred of them.</summary>
    public HashSet<uint> Owners { get; } = [];

    /// <summary>The groups that something belongs to; at most a hundred of them.</summary>
    public HashSet<uint> Groups { get; } = [];

    /// <summary>What <c>INSTANCE/ROOT</c>, or what is below it, holds; nothing when it is not in the point.</summary>
    public RootContents Of(string root) => roots.GetValueOrDefault(root, new RootContents(0, 0, Root: null));

    /// <summary>Sums up.</summary>
    public async Task ReadAsync(IAsyncEnumerable<ManifestEntry> entries)
    {
        await foreach (var entry in entries)
        {
            var parts = entry.Path.Split('/', levels + 1);
            if (parts.Length < levels)
            {
                continue;
            }

            var name = string.Join('/', parts.Take(levels));
            var root = Of(name);
            var isFile = entry.Kind == EntryKind.File;

            // Whole blocks, so that many small files are not underestimated.
            var blocks = isFile ? (entry.Attributes.Size + BlockBytes - 1) / BlockBytes : 1;
            roots[name] = new RootContents(
                root.Files + (isFile ? 1 : 0),
                root.Bytes + (blocks * BlockBytes),
                parts.Length == levels ? entry.Attributes : root.Root);
            Note(Owners, entry.Attributes.Uid);
            Note(Groups, entry.Attributes.Gid);
        }
    }

    private static void Note(HashSet<uint> seen, uint id)
    {
        if (seen.Count < MaxOwners)
        {
            seen.Add(id);
        }
    }
}
