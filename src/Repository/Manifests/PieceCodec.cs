namespace Cairn.Repository;

/// <summary>The pieces of a file as pages, journals and piece lists hold them.</summary>
internal static class PieceCodec
{
    /// <summary>The most pieces of one record in a page or journal, and of one list.</summary>
    public const int MaxPieces = 4096;

    private const byte Zeros = 0;
    private const byte Segment = 1;
    private const byte List = 2;

    public static void Write(ByteWriter writer, in SegmentReference piece)
    {
        if (piece.IsZero)
        {
            writer.U8(Zeros);
            writer.U64((ulong)piece.Length);
        }
        else
        {
            writer.U8(Segment);
            WritePlace(writer, piece);
        }
    }

    /// <param name="writer">What it is appended to.</param>
    /// <param name="list">Where the list is.</param>
    /// <param name="covered">The bytes of the file that its pieces cover.</param>
    public static void WriteList(ByteWriter writer, in SegmentReference list, long covered)
    {
        writer.U8(List);
        WritePlace(writer, list);
        writer.U64((ulong)covered);
    }

    /// <summary>Reads one piece; <paramref name="covered"/> is what it covers of its file.</summary>
    public static SegmentReference Read(ref ByteReader reader, bool mayBeList, out bool isList, out long covered)
    {
        var kind = reader.U8();
        isList = kind == List && mayBeList;
        switch (kind)
        {
            case Zeros:
                covered = reader.Count("a run of zeros");
                return covered > 0 ? SegmentReference.Zeros(covered) : throw new InvalidDataException("a run of no zeros");
            case Segment:
                var segment = ReadPlace(ref reader);
                covered = segment.Length;
                return segment;
            case List when mayBeList:
                var list = ReadPlace(ref reader);
                covered = reader.Count("what a list covers");
                return covered > 0 ? list : throw new InvalidDataException("a list that covers nothing");
            default:
                throw new InvalidDataException($"a piece of kind {kind}");
        }
    }

    /// <summary>Pack (4), offset (8), stored length (4), plain length (4), name (32).</summary>
    public static void WritePlace(ByteWriter writer, in SegmentReference record)
    {
        writer.U32(record.Place.Pack);
        writer.U64((ulong)record.Place.Offset);
        writer.U32(record.Place.StoredLength);
        writer.U32(record.Place.PlainLength);
        writer.Digest(record.Hash);
    }

    public static SegmentReference ReadPlace(ref ByteReader reader)
    {
        var pack = reader.U32();
        var offset = reader.Count("an offset in a pack");
        var stored = reader.U32();
        var plain = reader.U32();
        var name = reader.Digest();
        return plain is > 0 and <= SegmentRecord.MaxPlainBytes && stored > 0 && stored <= plain + ChainSealing.MaxOverhead
            ? SegmentReference.Data(name, new SegmentPlace(pack, offset, stored, plain))
            : throw new InvalidDataException($"a record of {plain} bytes stored in {stored}");
    }
}
