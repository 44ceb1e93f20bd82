namespace Cairn.Repository;

/// <summary>
/// The file in which a node keeps a commit record: the record's own bytes, which are the same on every node, or in an encrypted chain one block that
/// has those bytes sealed.
/// </summary>
internal static class CommitFile
{
    /// <summary>Makes the record durable under its name.</summary>
    public static void Publish(RepositoryLayout.ChainLayout chain, PointId point, byte[] record)
    {
        var sealing = chain.Sealing;
        DurableFile.Write(
            chain.Commit(point), sealing.Cipher == 0 ? record : BlockFile.BuildSingle(Owner(point), BlockKind.Sealed, record, sealing));
    }

    /// <summary>The record's own bytes.</summary>
    public static byte[] Read(RepositoryLayout.ChainLayout chain, PointId point)
    {
        const int maxBytes = FilePreamble.Size + BlockCodec.HeaderSize + BlockCodec.MaxPlainBytes + ChainSealing.MaxOverhead;
        using var file = BlockFile.Open(chain.Commit(point), Owner(point), chain.Sealing);
        if (file.Length > maxBytes)
        {
            throw file.Damaged(maxBytes, "bytes follow the only block");
        }

        if (chain.Sealing.Cipher == 0)
        {
            return file.Read(0, maxBytes);
        }

        var record = file.ReadBlock(FilePreamble.Size, BlockKind.Sealed, out var next);
        return next == file.Length ? record : throw file.Damaged(next, "bytes follow the only block");
    }

    private static BlockOwner Owner(PointId point) => new(FileKind.Commit, point.Text);
}
