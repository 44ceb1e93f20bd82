using System.Runtime.CompilerServices;

namespace Cairn.Repository;

/// <summary>
/// Compares two points path by path. Memory is bounded: of points with many paths a part is compared at a time, chosen by the hash of the path, and each part
/// walks over both manifests. Content is compared by the names of its segments within a chain, and by its hash across chains.
/// </summary>
internal sealed class PointComparer(OpenedPoint earlier, OpenedPoint later)
{
    /// <summary>Paths that are held at once, about 100 bytes each.</summary>
    internal const int MaxPathsAtOnce = 250_000;

    private readonly bool sameChain = earlier.Chain.Id == later.Chain.Id;

    public async IAsyncEnumerable<PointDifference> CompareAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = (ulong)(EntriesOf(earlier) / MaxPathsAtOnce) + 1;
        for (ulong part = 0; part < parts; part++)
        {
            foreach (var difference in await Task.Run(() => ComparePart(part, parts, cancellationToken), cancellationToken))
            {
                yield return difference;
            }
        }
    }

    private static long EntriesOf(OpenedPoint point) =>
        point.Manifest.Totals.Copied.Files + point.Manifest.Totals.Copied.Directories + point.Manifest.Totals.Copied.Symlinks;

    private List<PointDifference> ComparePart(ulong part, ulong parts, CancellationToken cancellationToken)
    {
        var differences = new List<PointDifference>();
        using var before = earlier.Manifest.ReadEntries();
        using var now = later.Manifest.ReadEntries();
        var known = Index(before, part, parts, cancellationToken);
        using var content = new ContentComparison(earlier, later, sameChain);
        while (now.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = PathKey.Of(now.Entry.Path);
            if (key.Low % parts != part)
            {
                continue;
            }

            if (!known.Remove(key, out var location))
            {
                differences.Add(new PointDifference(DifferenceKind.Appeared, now.Entry.Path, SizeBefore: null, now.Entry.Attributes.Size));
                continue;
            }

            before.Seek(location);
            var sizes = (before.Entry.Attributes.Size, now.Entry.Attributes.Size);
            if (FindKind(before, now, content, cancellationToken) is { } kind)
            {
                differences.Add(new PointDifference(kind, now.Entry.Path, sizes.Item1, sizes.Item2));
            }
        }

        foreach (var location in known.Values)
        {
            before.Seek(location);
            differences.Add(new PointDifference(DifferenceKind.Vanished, before.Entry.Path, before.Entry.Attributes.Size, Size: null));
        }

        return differences;
    }

    private static Dictionary<PathKey, EntryLocation> Index(EntryCursor entries, ulong part, ulong parts, CancellationToken cancellationToken)
    {
        var known = new Dictionary<PathKey, EntryLocation>();
        while (entries.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = PathKey.Of(entries.Entry.Path);
            if (key.Low % parts == part)
            {
                known[key] = entries.Location;
            }
        }

        return known;
    }

    private static DifferenceKind? FindKind(EntryCursor before, EntryCursor now, ContentComparison content, CancellationToken cancellationToken)
    {
        var (then, entry) = (before.Entry, now.Entry);
        if (then.Kind != entry.Kind || then.LinkTarget != entry.LinkTarget || then.LinkedTo != entry.LinkedTo)
        {
            return DifferenceKind.Changed;
        }

        return entry.Attributes.Size > then.Attributes.Size ? DifferenceKind.Grew
            : entry.Attributes.Size < then.Attributes.Size ? DifferenceKind.Shrank
            : entry is { Kind: EntryKind.File, LinkedTo: null } && !content.IsSame(before, now, cancellationToken) ? DifferenceKind.Changed
            : HasSameAttributes(then, entry) ? null
            : DifferenceKind.Attributes;
    }

    private static bool HasSameAttributes(ManifestEntry a, ManifestEntry b) =>
        a.Attributes == b.Attributes && a.Owner == b.Owner && a.Group == b.Group &&
        a.ExtendedAttributes.Count == b.ExtendedAttributes.Count &&
        a.ExtendedAttributes.Zip(b.ExtendedAttributes).All(p => p.First.Name == p.Second.Name && p.First.Value.Span.SequenceEqual(p.Second.Value.Span));
}
