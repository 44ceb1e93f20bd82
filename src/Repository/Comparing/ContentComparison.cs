namespace Cairn.Repository;

/// <summary>Whether the files that two cursors stand at hold the same bytes. Their sizes are equal. Not for concurrent use.</summary>
internal sealed class ContentComparison(OpenedPoint earlier, OpenedPoint later, bool sameChain) : IDisposable
{
    private readonly ContentHasher before = new(earlier.Chain);
    private readonly ContentHasher now = new(later.Chain);

    /// <summary>Damaged content is never the same.</summary>
    public bool IsSame(EntryCursor first, EntryCursor second, CancellationToken cancellationToken)
    {
        if (sameChain && HaveSamePieces(first, second))
        {
            return true;
        }

        // Cut in other places, or named with other keys: only the bytes tell.
        return before.Hash(first, cancellationToken) is { } hash && now.Hash(second, cancellationToken) is { } other && hash == other;
    }

    public void Dispose()
    {
        before.Dispose();
        now.Dispose();
    }

    // Leaves both cursors at the beginning of their files when they differ.
    private static bool HaveSamePieces(EntryCursor first, EntryCursor second)
    {
        while (first.NextSegment(out var a))
        {
            if (!second.NextSegment(out var b) || a.IsZero != b.IsZero || a.Length != b.Length || a.Hash != b.Hash)
            {
                first.Seek(first.Location);
                second.Seek(second.Location);
                return false;
            }
        }

        return true;
    }
}
