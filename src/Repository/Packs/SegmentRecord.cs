using System.Buffers.Binary;

namespace Cairn.Repository;

/// <summary>
/// A segment in a pack: magic "CRNS" (4), codec (1: 0 stored, 1 zstd), zeros (3), plain length (4), stored length (4), SHA-256 of the plain
/// bytes (32), CRC-32C of the stored bytes (4), CRC-32C of the 52 bytes before (4), and the stored bytes.
/// </summary>
internal static class SegmentRecord
{
    public const int HeaderSize = 56;

    /// <summary>The most plain bytes of a segment; a reader refuses more before it allocates.</summary>
    public const int MaxPlainBytes = 16 * 1024 * 1024;

    private const uint Magic = 0x534E5243; // "CRNS"

    public static void WriteHeader(Span<byte> record, bool packed, int plainLength, int storedLength, Sha256Digest hash)
    {
        record[..HeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        record[4] = packed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)plainLength);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)storedLength);
        hash.CopyTo(record[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[48..], Crc32C.Compute(record.Slice(HeaderSize, storedLength)));
        BinaryPrimitives.WriteUInt32LittleEndian(record[52..], Crc32C.Compute(record[..52]));
    }

    /// <summary>
    /// Compares a record with what the manifest says of it. Null when all fits, then <paramref name="packed"/> says how the payload is stored; else
    /// what was found.
    /// </summary>
    public static string? Check(ReadOnlySpan<byte> record, Sha256Digest hash, SegmentPlace place, out bool packed)
    {
        packed = false;
        if (record.Length < place.RecordLength)
        {
            return $"the pack ends {place.RecordLength - record.Length} bytes too early";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Magic)
        {
            return "no segment begins here";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(record[52..]) != Crc32C.Compute(record[..52]))
        {
            return "the segment header's checksum does not fit";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(record[8..]) != place.PlainLength ||
            BinaryPrimitives.ReadUInt32LittleEndian(record[12..]) != place.StoredLength ||
            new Sha256Digest(record.Slice(16, Sha256Digest.Size)) != hash ||
            record[4] > 1 || (record[4] == 0 && place.StoredLength != place.PlainLength))
        {
            return "another segment is here than the manifest names";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(record[48..]) != Crc32C.Compute(record.Slice(HeaderSize, (int)place.StoredLength)))
        {
            return "the segment's checksum does not fit";
        }

        packed = record[4] == 1;
        return null;
    }
}
