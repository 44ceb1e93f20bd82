namespace Cairn.Repository;

/// <summary>Walks over the segments that pages name, without their entries and in no order of files. Not for concurrent use.</summary>
/// <param name="chain">The pages' chain.</param>
/// <param name="proved">The pages and lists that were read and are what their names say. They are not read again; those that this reads are added.</param>
/// <param name="onSegment">Is told of each segment.</param>
internal sealed class PageScanner(
    RepositoryLayout.ChainLayout chain, Dictionary<Sha256Digest, SegmentReference> proved, Action<SegmentReference> onSegment) : IDisposable
{
    private readonly SegmentLoader pages = new(chain);
    private readonly SegmentLoader lists = new(chain);

    /// <summary>Is told of a file whose entry begins at this position of its page.</summary>
    public delegate void FileFound(ReadOnlySpan<byte> path, int position);

    /// <summary>Reads one page and its lists. Throws <see cref="RepositoryDamagedException"/>.</summary>
    public void Scan(in SegmentReference page, FileFound? onFile = null)
    {
        if (proved.ContainsKey(page.Hash))
        {
            return;
        }

        var plain = Load(pages, RecordKind.Page, page);
        try
        {
            var reader = new ByteReader(plain);
            while (reader.Remaining > 0)
            {
                var position = reader.Position;
                if (reader.U8() == EntryCodec.EntryRecord)
                {
                    if (EntryCodec.Glance(ref reader, out var path).Kind == EntryKind.File)
                    {
                        onFile?.Invoke(path, position);
                    }

                    continue;
                }

                for (var left = reader.U32(); left > 0; left--)
                {
                    ScanPiece(ref reader, mayBeList: true);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw Damaged(page, e.Message);
        }

        proved[page.Hash] = page;
    }

    public void Dispose()
    {
        pages.Dispose();
        lists.Dispose();
    }

    private void ScanPiece(ref ByteReader reader, bool mayBeList)
    {
        var piece = PieceCodec.Read(ref reader, mayBeList, out var isList, out _);
        if (!isList)
        {
            onSegment(piece);
        }
        else if (!proved.ContainsKey(piece.Hash))
        {
            var listed = new ByteReader(Load(lists, RecordKind.PieceList, piece));
            while (listed.Remaining > 0)
            {
                ScanPiece(ref listed, mayBeList: false);
            }

            proved[piece.Hash] = piece;
        }
    }

    private ReadOnlySpan<byte> Load(SegmentLoader loader, RecordKind kind, in SegmentReference record) =>
        loader.TryLoad(kind, record, out var bytes, out var finding) ? bytes : throw Damaged(record, finding);

    private RepositoryDamagedException Damaged(in SegmentReference record, string finding) =>
        new(chain.Pack(record.Place.Pack), $"at offset {record.Place.Offset}: {finding}");
}
