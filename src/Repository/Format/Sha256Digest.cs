using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Cairn.Repository;

/// <summary>A SHA-256 digest as a value: compared, hashed and kept in tables without an allocation.</summary>
public readonly record struct Sha256Digest : IComparable<Sha256Digest>
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = 32;

    private readonly ulong a;
    private readonly ulong b;
    private readonly ulong c;
    private readonly ulong d;

    /// <summary>Takes the 32 bytes of a digest; throws <see cref="ArgumentException"/> for another length.</summary>
    public Sha256Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a SHA-256 digest has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], d);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads 64 hex digits; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Sha256Digest digest)
    {
        digest = default;
        if (text is not { Length: Size * 2 } || !text.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        digest = new Sha256Digest(Convert.FromHexString(text));
        return true;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <inheritdoc/>
    public override int GetHashCode() => a.GetHashCode();

    /// <summary>In the order of the bytes.</summary>
    public int CompareTo(Sha256Digest other) =>
        a != other.a ? a.CompareTo(other.a) : b != other.b ? b.CompareTo(other.b) : c != other.c ? c.CompareTo(other.c) : d.CompareTo(other.d);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not sort after <paramref name="right"/>.</summary>
    public static bool operator <=(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not sort before <paramref name="right"/>.</summary>
    public static bool operator >=(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) >= 0;

    /// <summary>The first eight bytes as a number: evenly spread, since digests are.</summary>
    internal ulong Prefix => a;
}
