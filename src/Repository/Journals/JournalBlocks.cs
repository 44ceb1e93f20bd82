namespace Cairn.Repository;

/// <summary>The entry blocks of a journal; a torn tail counts as never written.</summary>
internal sealed class JournalBlocks(BlockFile file, long first) : EntryBlocks
{
    public override long First => first;

    public override bool MayEndInside => true;

    public override bool TryRead(long at, ref byte[] buffer, out int length, out long next)
    {
        (length, next) = (0, at);
        if (at >= file.Length)
        {
            return false;
        }

        BlockKind kind;
        try
        {
            buffer = file.ReadBlock(at, out kind, out next);
        }
        catch (RepositoryDamagedException)
        {
            // What was not synced proves nothing.
            next = file.Length;
            return false;
        }

        if (kind != BlockKind.Entries)
        {
            EndedComplete = kind == BlockKind.Summary;
            next = at;
            return false;
        }

        length = buffer.Length;
        return true;
    }

    public override ReadOnlySpan<byte> ReadList(in SegmentReference list) =>
        throw new RepositoryDamagedException(file.Path, "names a piece list, which journals have not");

    public override RepositoryDamagedException Damaged(long at, string finding) => file.Damaged(at, finding);

    public override void Dispose() => file.Dispose();
}
