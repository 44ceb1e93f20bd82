using System.Buffers.Binary;

namespace Grpc.Net.Compression;

/// <summary>
/// What the last bytes of compressed data say of the plain data: gzip their length, zlib their checksum. The platform's decompressors
/// check it when they come to it, but take data that end before it for whole; so it is also looked up beforehand.
/// </summary>
internal sealed class StreamTrailer
{
    private const int Size = 4;

    // RFC 1950: Adler-32 is two sums modulo this, which may grow over so many bytes before they have to be reduced.
    private const uint AdlerModulus = 65_521;
    private const int AdlerRun = 5_552;

    private readonly uint? expected;
    private readonly bool isChecksum;
    private uint low = 1;
    private uint high;
    private uint length;

    private StreamTrailer(uint? expected, bool isChecksum)
    {
        this.expected = expected;
        this.isChecksum = isChecksum;
    }

    /// <summary>Whether what was added is all that the trailer tells of; also true where it could not be looked up.</summary>
    public bool IsReached => expected is null || expected == (isChecksum ? (high << 16) | low : length);

    /// <summary>RFC 1952: the length of the plain data modulo 2^32, little-endian. Of one member, which is what peers send.</summary>
    public static StreamTrailer OfGzip(Stream compressed) =>
        new(LastBytesOf(compressed) is { } last ? BinaryPrimitives.ReadUInt32LittleEndian(last) : null, isChecksum: false);

    /// <summary>RFC 1950: the Adler-32 of the plain data, big-endian.</summary>
    public static StreamTrailer OfZLib(Stream compressed) =>
        new(LastBytesOf(compressed) is { } last ? BinaryPrimitives.ReadUInt32BigEndian(last) : null, isChecksum: true);

    /// <summary>Adds plain data in their order.</summary>
    public void Add(ReadOnlySpan<byte> plain)
    {
        length = unchecked(length + (uint)plain.Length);
        while (isChecksum && !plain.IsEmpty)
        {
            var run = plain[..Math.Min(plain.Length, AdlerRun)];
            foreach (var b in run)
            {
                low += b;
                high += low;
            }

            low %= AdlerModulus;
            high %= AdlerModulus;
            plain = plain[run.Length..];
        }
    }

    // A message lies in memory; what only flows by cannot be looked at from its end. Nothing at all is how some compress nothing.
    private static byte[]? LastBytesOf(Stream compressed)
    {
        if (!compressed.CanSeek || compressed.Length == compressed.Position)
        {
            return null;
        }

        if (compressed.Length - compressed.Position < Size)
        {
            throw new InvalidDataException("The compressed data were cut short.");
        }

        var begin = compressed.Position;
        var last = new byte[Size];
        compressed.Position = compressed.Length - Size;
        compressed.ReadExactly(last);
        compressed.Position = begin;
        return last;
    }
}
