namespace Cairn.Repository;

/// <summary>What an <see cref="EntryCursor"/> walks over: the plain bytes of a journal's blocks or of a manifest's pages. Not for concurrent use.</summary>
internal abstract class EntryBlocks : IDisposable
{
    /// <summary>Where the first one is.</summary>
    public abstract long First { get; }

    /// <summary>True for a journal, which ends where its copy was interrupted.</summary>
    public abstract bool MayEndInside { get; }

    /// <summary>True when the end was reached and everything is there.</summary>
    public bool EndedComplete { get; protected set; }

    /// <summary>
    /// Reads the block at a place that is <see cref="First"/> or was given as <paramref name="next"/>; false at the end. Throws
    /// <see cref="RepositoryDamagedException"/>.
    /// </summary>
    public abstract bool TryRead(long at, ref byte[] buffer, out int length, out long next);

    /// <summary>The pieces in a list, valid until the next call. Throws <see cref="RepositoryDamagedException"/>.</summary>
    public abstract ReadOnlySpan<byte> ReadList(in SegmentReference list);

    /// <summary>Names the block at this place.</summary>
    public abstract RepositoryDamagedException Damaged(long at, string finding);

    public abstract void Dispose();
}
