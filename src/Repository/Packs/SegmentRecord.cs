using System.Buffers.Binary;

namespace Cairn.Repository;

/// <summary>
/// A record in a pack: <see cref="SealHeader"/> with the magic "CRNS" (32), name (32), CRC-32C of the stored bytes (4), CRC-32C of the 68 bytes before (4),
/// and the stored bytes.
/// </summary>
internal static class SegmentRecord
{
    public const int HeaderSize = 72;

    /// <summary>The most plain bytes of a record; a reader refuses more before it allocates.</summary>
    public const int MaxPlainBytes = 16 * 1024 * 1024;

    private const uint Magic = 0x534E5243; // "CRNS"
    private const int NameAt = SealHeader.Size;
    private const int ChecksumAt = NameAt + Sha256Digest.Size;
    private const int HeaderChecksumAt = ChecksumAt + 4;

    /// <summary>
    /// Makes a record of what stands behind the header's place in <paramref name="record"/>: seals it and writes the header. The record's length.
    /// </summary>
    public static int Complete(Span<byte> record, RecordKind kind, bool packed, int plainLength, int payloadLength, Sha256Digest name, ChainSealing sealing)
    {
        var stored = payloadLength + sealing.Overhead;
        new SealHeader((byte)kind, packed ? (byte)1 : (byte)0, sealing.Cipher, (uint)plainLength, (uint)stored, sealing.KeyId).Write(record, Magic);
        name.CopyTo(record[NameAt..]);
        Span<byte> context = stackalloc byte[SealHeader.ContextSize + Sha256Digest.Size];
        WriteContext(record, context);
        _ = sealing.Seal(record[HeaderSize..], payloadLength, context, record.Slice(SealHeader.NonceAt, ChainSealing.NonceSize));
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumAt..], Crc32C.Compute(record.Slice(HeaderSize, stored)));
        BinaryPrimitives.WriteUInt32LittleEndian(record[HeaderChecksumAt..], Crc32C.Compute(record[..HeaderChecksumAt]));
        return HeaderSize + stored;
    }

    /// <summary>
    /// Holds a record against what names it, and opens it where it is. Null when all fits, then <paramref name="payload"/> is what is to be unpacked
    /// or is the plain bytes; else what was found.
    /// </summary>
    public static string? Open(
        Span<byte> record, RecordKind kind, Sha256Digest name, SegmentPlace place, ChainSealing sealing, out bool packed, out ReadOnlySpan<byte> payload)
    {
        packed = false;
        payload = default;
        if (record.Length < place.RecordLength)
        {
            return $"the pack ends {place.RecordLength - record.Length} bytes too early";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Magic)
        {
            return $"no {Describe(kind)} begins here";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(record[HeaderChecksumAt..]) != Crc32C.Compute(record[..HeaderChecksumAt]))
        {
            return $"the {Describe(kind)} header's checksum does not fit";
        }

        if (SealHeader.TryRead(record, MaxPlainBytes, out var fields) is { } fault)
        {
            return $"the {Describe(kind)} header: {fault}";
        }

        if (fields.Kind != (byte)kind || fields.PlainLength != place.PlainLength || fields.StoredLength != place.StoredLength ||
            new Sha256Digest(record.Slice(NameAt, Sha256Digest.Size)) != name)
        {
            return $"another {Describe(kind)} is here than the manifest names";
        }

        var stored = record.Slice(HeaderSize, (int)place.StoredLength);
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumAt..]) != Crc32C.Compute(stored))
        {
            return $"the {Describe(kind)}'s checksum does not fit";
        }

        Span<byte> context = stackalloc byte[SealHeader.ContextSize + Sha256Digest.Size];
        WriteContext(record, context);
        if (sealing.TryOpen(fields, record.Slice(SealHeader.NonceAt, ChainSealing.NonceSize), context, stored, out var length) is { } closed)
        {
            return $"the {Describe(kind)}: {closed}";
        }

        packed = fields.Codec == 1;
        payload = stored[..length];
        return null;
    }

    public static string Describe(RecordKind kind) => kind switch
    {
        RecordKind.Page => "manifest page",
        RecordKind.PieceList => "segment list",
        _ => "segment",
    };

    // What is sealed is bound to its kind, its lengths and its name; the sealing adds the chain.
    private static void WriteContext(ReadOnlySpan<byte> record, Span<byte> context)
    {
        record[..SealHeader.ContextSize].CopyTo(context);
        record.Slice(NameAt, Sha256Digest.Size).CopyTo(context[SealHeader.ContextSize..]);
    }
}
