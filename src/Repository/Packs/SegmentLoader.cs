using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Reads segments out of packs and proves each: header, checksums, length and SHA-256. Keeps its buffers and a few packs open. One per worker: not for
/// concurrent use.
/// </summary>
internal sealed class SegmentLoader(RepositoryLayout.ChainLayout chain) : IDisposable
{
    private const int MaxOpenPacks = 8;

    private readonly ZstdDecompressor decompressor = new();
    private readonly Dictionary<uint, SafeFileHandle> open = [];
    private byte[] record = [];
    private byte[] plain = [];

    /// <summary>
    /// The plain bytes, valid until the next call. Null when the segment is damaged; then <paramref name="finding"/> says how.
    /// </summary>
    public ReadOnlyMemory<byte>? TryLoad(in SegmentReference segment, out string finding)
    {
        var place = segment.Place;
        SafeFileHandle pack;
        try
        {
            pack = OpenPack(place.Pack);
        }
        catch (RepositoryDamagedException e)
        {
            finding = e.Message;
            return null;
        }

        var wanted = (int)place.RecordLength;
        Grow(ref record, wanted);
        var read = UnixFile.ReadFully(pack, record.AsSpan(0, wanted), place.Offset, chain.Pack(place.Pack));
        if (SegmentRecord.Check(record.AsSpan(0, read), segment.Hash, place, out var packed) is { } fault)
        {
            finding = fault;
            return null;
        }

        var payload = record.AsMemory(SegmentRecord.HeaderSize, (int)place.StoredLength);
        if (packed)
        {
            Grow(ref plain, (int)place.PlainLength);
            if (!decompressor.TryDecompress(payload.Span, plain.AsSpan(0, (int)place.PlainLength)))
            {
                finding = "the segment does not unpack to its length";
                return null;
            }

            payload = plain.AsMemory(0, (int)place.PlainLength);
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(payload.Span, digest);
        finding = new Sha256Digest(digest) == segment.Hash ? string.Empty : "the segment's bytes do not have its hash";
        return finding.Length == 0 ? payload : null;
    }

    public void Dispose()
    {
        decompressor.Dispose();
        CloseAll();
    }

    private SafeFileHandle OpenPack(uint number)
    {
        if (open.TryGetValue(number, out var handle))
        {
            return handle;
        }

        _ = PackHeader.Read(chain, number);
        if (open.Count == MaxOpenPacks)
        {
            CloseAll();
        }

        return open[number] = UnixFile.OpenForReading(chain.Pack(number));
    }

    private void CloseAll()
    {
        foreach (var handle in open.Values)
        {
            handle.Dispose();
        }

        open.Clear();
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, 64 * 1024));
        }
    }
}
