using System.Buffers.Binary;

namespace Cairn.Repository;

/// <summary>
/// Frames a structure: a header of 24 bytes (magic "CRNB" (4), kind (1), codec (1: 0 stored, 1 zstd), zero (2), plain length (4), stored
/// length (4), CRC-32C of the stored bytes (4), CRC-32C of the 20 bytes before (4)) and the stored bytes. Not for concurrent use.
/// </summary>
internal sealed class BlockCodec : IDisposable
{
    public const int HeaderSize = 24;

    /// <summary>The most plain bytes of a block; a reader refuses more before it allocates.</summary>
    public const int MaxPlainBytes = 8 * 1024 * 1024;

    private const uint Magic = 0x424E5243; // "CRNB"

    private readonly ZstdCompressor compressor = new(Compression.Balanced);
    private readonly ZstdDecompressor decompressor = new();

    public byte[] Encode(BlockKind kind, ReadOnlySpan<byte> plain)
    {
        if (plain.Length > MaxPlainBytes)
        {
            throw new ArgumentException($"a block of kind {kind} would have {plain.Length} bytes, more than {MaxPlainBytes}");
        }

        var block = new byte[HeaderSize + plain.Length];
        var packed = compressor.TryCompress(plain, block.AsSpan(HeaderSize, plain.Length));
        if (packed == 0)
        {
            plain.CopyTo(block.AsSpan(HeaderSize));
        }

        var stored = packed == 0 ? plain.Length : packed;
        BinaryPrimitives.WriteUInt32LittleEndian(block, Magic);
        block[4] = (byte)kind;
        block[5] = packed == 0 ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), (uint)plain.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(12), (uint)stored);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(16), Crc32C.Compute(block.AsSpan(HeaderSize, stored)));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(20), Crc32C.Compute(block.AsSpan(0, 20)));
        return packed == 0 ? block : block[..(HeaderSize + stored)];
    }

    /// <summary>Reads a header. Throws <see cref="InvalidDataException"/> for anything that is none.</summary>
    public static BlockHeader DecodeHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize)
        {
            throw new InvalidDataException($"truncated: {bytes.Length} bytes where a block header has {HeaderSize}");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new InvalidDataException("no block begins here");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) != Crc32C.Compute(bytes[..20]))
        {
            throw new InvalidDataException("the block header's checksum does not fit");
        }

        var header = new BlockHeader(
            (BlockKind)bytes[4],
            Packed: bytes[5] == 1,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]));
        if (bytes[5] > 1 || bytes[6] != 0 || bytes[7] != 0 || header.PlainLength > MaxPlainBytes ||
            header.StoredLength > header.PlainLength || (!header.Packed && header.StoredLength != header.PlainLength))
        {
            throw new InvalidDataException("the block header's fields contradict each other");
        }

        return header;
    }

    /// <summary>Checks and unpacks the stored bytes that follow a header.</summary>
    public byte[] DecodeBody(in BlockHeader header, ReadOnlySpan<byte> stored)
    {
        if (stored.Length != header.StoredLength)
        {
            throw new InvalidDataException($"truncated: a block of {header.StoredLength} bytes has only {stored.Length}");
        }

        if (Crc32C.Compute(stored) != header.Checksum)
        {
            throw new InvalidDataException("the block's checksum does not fit");
        }

        if (!header.Packed)
        {
            return stored.ToArray();
        }

        var plain = new byte[header.PlainLength];
        return decompressor.TryDecompress(stored, plain)
            ? plain
            : throw new InvalidDataException("the block does not unpack to its length");
    }

    public void Dispose()
    {
        compressor.Dispose();
        decompressor.Dispose();
    }
}
