using System.Buffers.Binary;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Reads little-endian structures out of hostile bytes: whatever does not fit is an <see cref="InvalidDataException"/>, and nothing is allocated for a
/// length that the bytes do not back.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => bytes.Length - Position;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public Sha256Digest Digest() => new(Take(Sha256Digest.Size));

    /// <summary>An unsigned value that must be representable as a non-negative <see cref="long"/>.</summary>
    public long Count(string what)
    {
        var value = U64();
        return value <= long.MaxValue ? (long)value : throw new InvalidDataException($"{what} is out of bounds: {value}");
    }

    public string Text(int maxBytes, string what)
    {
        var length = U32();
        if (length > maxBytes)
        {
            throw new InvalidDataException($"{what} has {length} bytes, more than {maxBytes}");
        }

        try
        {
            return StrictUtf8.GetString(Take((int)length));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{what} is not UTF-8");
        }
    }

    /// <summary>A length and bytes that need not be UTF-8; see <see cref="RawText"/>.</summary>
    public string RawText(int maxBytes, string what) => Repository.RawText.Decode(Bytes(maxBytes, what));

    /// <summary>A length and bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int maxBytes, string what)
    {
        var length = U32();
        return length <= maxBytes ? Take((int)length) : throw new InvalidDataException($"{what} has {length} bytes, more than {maxBytes}");
    }

    /// <summary>Goes over so many bytes.</summary>
    public void Skip(int bytes) => Take(bytes);

    public bool Flag(string what) => U8() switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"{what} is {other}, neither 0 nor 1"),
    };

    public readonly void End()
    {
        if (Remaining != 0)
        {
            throw new InvalidDataException($"{Remaining} bytes too many");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
        {
            throw new InvalidDataException($"ends {count - Remaining} bytes too early");
        }

        var span = bytes.Slice(Position, count);
        Position += count;
        return span;
    }
}
