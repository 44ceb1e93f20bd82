using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Reads records out of packs and proves each: header, checksums, length and name. Keeps its buffers and a few packs open. One per worker: not for
/// concurrent use.
/// </summary>
internal sealed class SegmentLoader(RepositoryLayout.ChainLayout chain) : IDisposable
{
    private const int MaxOpenPacks = 8;

    /// <summary>What reading a pack's header alone brings into the page cache: the kernel reads ahead.</summary>
    private const int HeaderPages = 64;

    /// <summary>Behind its header a record's bytes are aligned, as what is unpacked is, so that a restore may write them directly.</summary>
    private const int RecordStart = UnixFile.DirectAlignment - SegmentRecord.HeaderSize;

    private readonly ZstdDecompressor decompressor = new();
    private readonly Dictionary<uint, OpenedPack> open = [];
    private UnmanagedBuffer record = new(64 * 1024);
    private UnmanagedBuffer plain = new(64 * 1024);

    /// <summary>
    /// True with the plain bytes, valid until the next call. False when the segment is damaged; then <paramref name="finding"/> says how.
    /// </summary>
    public bool TryLoad(in SegmentReference segment, out ReadOnlySpan<byte> bytes, out string finding) =>
        TryLoad(RecordKind.Segment, segment, out bytes, out finding);

    /// <summary>As the other, for any kind of record.</summary>
    public bool TryLoad(RecordKind kind, in SegmentReference segment, out ReadOnlySpan<byte> bytes, out string finding)
    {
        bytes = default;
        var place = segment.Place;
        SafeFileHandle pack;
        try
        {
            pack = OpenPack(place.Pack);
        }
        catch (RepositoryDamagedException e)
        {
            finding = e.Message;
            return false;
        }

        var wanted = (int)place.RecordLength;
        Grow(ref record, RecordStart + wanted);
        var read = UnixFile.ReadFully(pack, record.Span.Slice(RecordStart, wanted), place.Offset, chain.Pack(place.Pack));
        if (SegmentRecord.Open(record.Span.Slice(RecordStart, read), kind, segment.Hash, place, chain.Sealing, out var packed, out var payload) is { } fault)
        {
            finding = fault;
            return false;
        }

        if (packed)
        {
            Grow(ref plain, (int)place.PlainLength);
            if (!decompressor.TryDecompress(payload, plain.Span[..(int)place.PlainLength]))
            {
                finding = $"the {SegmentRecord.Describe(kind)} does not unpack to its length";
                return false;
            }

            payload = plain.Span[..(int)place.PlainLength];
        }

        finding = chain.Sealing.Name(payload) == segment.Hash ? string.Empty : $"the {SegmentRecord.Describe(kind)}'s bytes do not have its hash";
        bytes = payload;
        return finding.Length == 0;
    }

    public void Dispose()
    {
        decompressor.Dispose();
        record.Dispose();
        plain.Dispose();
        CloseAll();
    }

    private SafeFileHandle OpenPack(uint number)
    {
        if (open.TryGetValue(number, out var opened))
        {
            return opened.Handle;
        }

        _ = PackHeader.Read(chain, number);
        if (open.Count == MaxOpenPacks)
        {
            CloseAll();
        }

        var handle = UnixFile.OpenForReading(chain.Pack(number));
        open[number] = new OpenedPack(handle, DropBehind: UnixFile.CountCachedPages(handle) <= HeaderPages);
        return handle;
    }

    private void CloseAll()
    {
        foreach (var (handle, dropBehind) in open.Values)
        {
            if (dropBehind)
            {
                UnixFile.Advise(handle, 0, 0, Libc.AdviseDontNeed);
            }

            handle.Dispose();
        }

        open.Clear();
    }

    /// <param name="Handle">Where it is read.</param>
    /// <param name="DropBehind">Nothing of it was in the page cache, and nothing of it is to stay there.</param>
    private readonly record struct OpenedPack(SafeFileHandle Handle, bool DropBehind);

    private static void Grow(ref UnmanagedBuffer buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer.Dispose();
            buffer = new UnmanagedBuffer(length);
        }
    }
}
