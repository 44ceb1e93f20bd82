using System.Buffers.Binary;

namespace Cairn.Repository;

/// <summary>
/// The part that block and record headers have in common: magic (4), kind (1), codec (1: 0 stored, 1 zstd), cipher (1: 0 none, 1 AES-256-GCM), zero
/// (1), plain length (4), stored length (4), key id (4), nonce (12). Key id and nonce are zero where the cipher is 0.
/// </summary>
internal readonly record struct SealHeader(byte Kind, byte Codec, byte Cipher, uint PlainLength, uint StoredLength, uint KeyId)
{
    public const int Size = 32;

    /// <summary>Where the nonce begins.</summary>
    public const int NonceAt = 20;

    /// <summary>What is bound to the sealed bytes: magic, kind, codec, cipher and plain length.</summary>
    public const int ContextSize = 12;

    public void Write(Span<byte> header, uint magic)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, magic);
        header[4] = Kind;
        header[5] = Codec;
        header[6] = Cipher;
        header[7] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], PlainLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], StoredLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], KeyId);
    }

    /// <summary>Null when the fields fit together, else the fault.</summary>
    public static string? TryRead(ReadOnlySpan<byte> bytes, int maxPlainBytes, out SealHeader header)
    {
        header = new SealHeader(
            bytes[4],
            bytes[5],
            bytes[6],
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]));
        var overhead = header.Cipher == 0 ? 0u : ChainSealing.MaxOverhead;
        var fits = header.Codec <= 1 && header.Cipher <= 1 && bytes[7] == 0 && header.PlainLength <= maxPlainBytes &&
            header.StoredLength >= overhead && header.StoredLength <= header.PlainLength + overhead &&
            (header.Codec == 1 || header.StoredLength == header.PlainLength + overhead) &&
            (header.Cipher == 1 || (header.KeyId == 0 && !bytes.Slice(NonceAt, ChainSealing.NonceSize).ContainsAnyExcept((byte)0)));
        return fits ? null : "its fields contradict each other";
    }
}
