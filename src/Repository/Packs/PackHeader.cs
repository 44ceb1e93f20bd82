namespace Cairn.Repository;

/// <summary>The block at a pack's start: its number, what it is for, its chain and the point that wrote it. Never sealed: it tells nothing of the data.</summary>
internal sealed record PackHeader(uint Number, PackKind Kind, ChainId Chain, PointId Point)
{
    public byte[] BuildFileStart()
    {
        var writer = new ByteWriter();
        writer.U32(Number);
        writer.U8((byte)Kind);
        writer.Text(Chain.Text);
        writer.Text(Point.Text);
        return BlockFile.BuildSingle(new BlockOwner(FileKind.Pack, ""), BlockKind.PackHeader, writer.Written, ChainSealing.Plain);
    }

    /// <summary>Throws <see cref="RepositoryDamagedException"/> when the pack is missing or is not the one that its name says.</summary>
    public static PackHeader Read(RepositoryLayout.ChainLayout chain, uint number)
    {
        var path = chain.Pack(number);
        using var file = BlockFile.Open(path, new BlockOwner(FileKind.Pack, ""), ChainSealing.Plain);
        try
        {
            var reader = new ByteReader(file.ReadBlock(FilePreamble.Size, BlockKind.PackHeader, out _));
            var header = new PackHeader(reader.U32(), (PackKind)reader.U8(), PointHeaderFormat.ReadChain(ref reader), PointHeaderFormat.ReadPoint(ref reader));
            reader.End();
            return header.Number == number && header.Chain == chain.Id && Enum.IsDefined(header.Kind)
                ? header
                : throw new InvalidDataException($"is pack {header.Number} of chain {header.Chain}, of kind {(int)header.Kind}");
        }
        catch (InvalidDataException e)
        {
            throw new RepositoryDamagedException(path, e.Message, e);
        }
    }

    /// <summary>Null for a pack that a crash cut before its header was durable, or whose header is damaged: it tells nobody whose it is.</summary>
    public static PackHeader? TryRead(RepositoryLayout.ChainLayout chain, uint number)
    {
        try
        {
            return Read(chain, number);
        }
        catch (RepositoryDamagedException)
        {
            // Verify names it, if any point needs it.
            return null;
        }
    }
}
