namespace Cairn.Repository;

/// <summary>
/// Encodes entries into pages, and the pieces of large files into lists. Pages end where the path says so and lists where a segment's name does, so that
/// what did not change since the base gives the same pages and lists again, which the chain has already. Not for concurrent use.
/// </summary>
internal sealed class PageWriter(StoreRecord store)
{
    /// <summary>A page ends behind the first entry with which it has this many bytes, wherever that is.</summary>
    private const int MaxPageBytes = 256 * 1024;

    /// <summary>Of so many paths one ends a page.</summary>
    private const uint PageCutEvery = 1024;

    /// <summary>Files of fewer pieces have them in their page.</summary>
    private const int MinListPieces = 64;

    /// <summary>Of so many segments one ends a list.</summary>
    private const uint ListCutEvery = 256;

    private const int MaxListPieces = 1024;

    private readonly ByteWriter page = new(MaxPageBytes + (64 * 1024));
    private readonly ByteWriter pieces = new(64 * 1024);
    private readonly List<PageReference> table = [];
    private readonly byte[] path = new byte[EntryRules.MaxPathBytes];
    private uint entries;
    private int pieceCount;
    private long pieceBytes;
    private long pendingZeros;
    private bool endsPage;

    /// <summary>The pages so far, in the order of the entries.</summary>
    public IReadOnlyList<PageReference> Table => table;

    public void Begin(ManifestEntry entry)
    {
        EndEntry();
        if (endsPage || page.Length >= MaxPageBytes)
        {
            EndPage();
        }

        EntryCodec.Write(page, entry, sourceProof: 0);
        entries++;
        endsPage = Crc32C.Compute(path.AsSpan(0, RawText.Encode(entry.Path, path))) % PageCutEvery == 0;
    }

    public void Add(in SegmentReference piece)
    {
        if (piece.IsZero)
        {
            pendingZeros += piece.Length;
            return;
        }

        FlushZeros();
        Put(piece);
        if ((pieceCount >= MinListPieces && piece.Hash.Prefix % ListCutEvery == 0) || pieceCount >= MaxListPieces)
        {
            EndList();
        }
    }

    public void Finish()
    {
        EndEntry();
        EndPage();
    }

    private void FlushZeros()
    {
        if (pendingZeros > 0)
        {
            Put(SegmentReference.Zeros(pendingZeros));
            pendingZeros = 0;
        }
    }

    private void Put(in SegmentReference piece)
    {
        PieceCodec.Write(pieces, piece);
        pieceCount++;
        pieceBytes += piece.Length;
    }

    private void EndList()
    {
        var list = store(RecordKind.PieceList, pieces.Written);
        page.U8(EntryCodec.PiecesRecord);
        page.U32(1);
        PieceCodec.WriteList(page, list, pieceBytes);
        ClearPieces();

        // A file may have more lists than one page should hold.
        if (page.Length >= MaxPageBytes)
        {
            EndPage();
        }
    }

    private void EndEntry()
    {
        FlushZeros();
        if (pieceCount > 0)
        {
            page.U8(EntryCodec.PiecesRecord);
            page.U32((uint)pieceCount);
            page.Bytes(pieces.Written);
            ClearPieces();
        }
    }

    private void ClearPieces()
    {
        pieces.Clear();
        (pieceCount, pieceBytes) = (0, 0);
    }

    private void EndPage()
    {
        if (page.Length > 0)
        {
            table.Add(new PageReference(store(RecordKind.Page, page.Written), entries));
            page.Clear();
            entries = 0;
        }
    }
}
