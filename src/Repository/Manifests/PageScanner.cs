namespace Cairn.Repository;

/// <summary>Walks over the segments that pages name, without their entries and in no order of files. Not for concurrent use.</summary>
internal sealed class PageScanner(RepositoryLayout.ChainLayout chain, Action<SegmentReference> onSegment) : IDisposable
{
    private readonly SegmentLoader pages = new(chain);
    private readonly SegmentLoader lists = new(chain);

    /// <summary>Is told of a file whose entry begins at this position of its page.</summary>
    public delegate void FileFound(ReadOnlySpan<byte> path, int position);

    /// <summary>
    /// Reads one page, and those of its lists that <paramref name="isNew"/> says. Throws <see cref="RepositoryDamagedException"/>.
    /// </summary>
    public void Scan(in SegmentReference page, Func<SegmentReference, bool> isNew, FileFound? onFile = null)
    {
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
                    ScanPiece(ref reader, mayBeList: true, isNew);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw Damaged(page, e.Message);
        }
    }

    public void Dispose()
    {
        pages.Dispose();
        lists.Dispose();
    }

    private void ScanPiece(ref ByteReader reader, bool mayBeList, Func<SegmentReference, bool> isNew)
    {
        var piece = PieceCodec.Read(ref reader, mayBeList, out var isList, out _);
        if (!isList)
        {
            onSegment(piece);
        }
        else if (isNew(piece))
        {
            var listed = new ByteReader(Load(lists, RecordKind.PieceList, piece));
            while (listed.Remaining > 0)
            {
                ScanPiece(ref listed, mayBeList: false, isNew);
            }
        }
    }

    private ReadOnlySpan<byte> Load(SegmentLoader loader, RecordKind kind, in SegmentReference record) =>
        loader.TryLoad(kind, record, out var bytes, out var finding) ? bytes : throw Damaged(record, finding);

    private RepositoryDamagedException Damaged(in SegmentReference record, string finding) =>
        new(chain.Pack(record.Place.Pack), $"at offset {record.Place.Offset}: {finding}");
}
