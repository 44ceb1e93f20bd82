using System.Buffers.Binary;

namespace Cairn.Repository;

/// <summary>
/// Frames a structure: a header of 40 bytes (<see cref="SealHeader"/> with the magic "CRNB" (32), CRC-32C of the stored bytes (4), CRC-32C of the 36 bytes
/// before (4)) and the stored bytes. Not for concurrent use.
/// </summary>
/// <param name="sealing">How blocks are sealed.</param>
/// <param name="owner">What kind of file it is, and whose: no block opens in another one.</param>
internal sealed class BlockCodec(ChainSealing sealing, BlockOwner owner) : IDisposable
{
    public const int HeaderSize = 40;

    /// <summary>The most plain bytes of a block; a reader refuses more before it allocates.</summary>
    public const int MaxPlainBytes = 8 * 1024 * 1024;

    private const uint Magic = 0x424E5243; // "CRNB"
    private const int ChecksumAt = SealHeader.Size;
    private const int HeaderChecksumAt = SealHeader.Size + 4;

    private readonly byte[] owner = owner.ToBytes();
    private readonly ZstdCompressor compressor = new(Compression.Fastest);
    private readonly ZstdDecompressor decompressor = new();

    /// <param name="kind">What it holds.</param>
    /// <param name="plain">Its bytes.</param>
    /// <param name="offset">Where in its file it will stand.</param>
    public byte[] Encode(BlockKind kind, ReadOnlySpan<byte> plain, long offset)
    {
        if (plain.Length > MaxPlainBytes)
        {
            throw new ArgumentException($"a block of kind {kind} would have {plain.Length} bytes, more than {MaxPlainBytes}");
        }

        var block = new byte[HeaderSize + plain.Length + sealing.Overhead];
        var packed = compressor.TryCompress(plain, block.AsSpan(HeaderSize, plain.Length));
        if (packed == 0)
        {
            plain.CopyTo(block.AsSpan(HeaderSize));
        }

        var length = packed == 0 ? plain.Length : packed;
        var stored = length + sealing.Overhead;
        var codec = packed == 0 ? (byte)0 : (byte)1;
        new SealHeader((byte)kind, codec, sealing.Cipher, (uint)plain.Length, (uint)stored, sealing.KeyId).Write(block, Magic);
        _ = sealing.Seal(block.AsSpan(HeaderSize), length, Context(block, offset), block.AsSpan(SealHeader.NonceAt, ChainSealing.NonceSize));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(ChecksumAt), Crc32C.Compute(block.AsSpan(HeaderSize, stored)));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(HeaderChecksumAt), Crc32C.Compute(block.AsSpan(0, HeaderChecksumAt)));
        return block[..(HeaderSize + stored)];
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

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[HeaderChecksumAt..]) != Crc32C.Compute(bytes[..HeaderChecksumAt]))
        {
            throw new InvalidDataException("the block header's checksum does not fit");
        }

        return SealHeader.TryRead(bytes, MaxPlainBytes, out var fields) is { } fault
            ? throw new InvalidDataException($"the block header: {fault}")
            : new BlockHeader(fields, BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]));
    }

    /// <summary>Checks, opens and unpacks a whole block, which stands at <paramref name="offset"/> of its file.</summary>
    public byte[] Decode(in BlockHeader header, byte[] block, long offset)
    {
        if (block.Length != header.TotalLength)
        {
            throw new InvalidDataException($"truncated: a block of {header.TotalLength} bytes has only {block.Length}");
        }

        var stored = block.AsSpan(HeaderSize);
        if (Crc32C.Compute(stored) != header.Checksum)
        {
            throw new InvalidDataException("the block's checksum does not fit");
        }

        if (sealing.TryOpen(header.Fields, block.AsSpan(SealHeader.NonceAt, ChainSealing.NonceSize), Context(block, offset), stored, out var length) is { } fault)
        {
            throw new InvalidDataException($"the block: {fault}");
        }

        if (header.Fields.Codec == 0)
        {
            return stored[..length].ToArray();
        }

        var plain = new byte[header.Fields.PlainLength];
        return decompressor.TryDecompress(stored[..length], plain)
            ? plain
            : throw new InvalidDataException("the block does not unpack to its length");
    }

    public void Dispose()
    {
        compressor.Dispose();
        decompressor.Dispose();
    }

    // What is sealed is bound to its kind and plain length, its file and its place in it; the sealing adds the chain.
    private byte[] Context(ReadOnlySpan<byte> block, long offset)
    {
        var context = new byte[SealHeader.ContextSize + sizeof(long) + owner.Length];
        block[..SealHeader.ContextSize].CopyTo(context);
        BinaryPrimitives.WriteInt64LittleEndian(context.AsSpan(SealHeader.ContextSize), offset);
        owner.CopyTo(context.AsSpan(SealHeader.ContextSize + sizeof(long)));
        return context;
    }
}
