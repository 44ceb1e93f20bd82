using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>
/// 16 bytes that stand for a path in tables that end with this process: a hash under keys that are drawn when it starts, so that nobody can name files
/// whose paths fall together.
/// </summary>
internal readonly record struct PathKey(ulong High, ulong Low) : IDiskRecord<PathKey>
{
    private const int BlockBytes = 16;
    private const int MaxBytesOfChar = 3;

    private static readonly ulong[] Keys = DrawKeys();

    public ulong Prefix => High;

    public static PathKey Of(string path)
    {
        Span<byte> bytes = stackalloc byte[Math.Min(path.Length * MaxBytesOfChar, EntryRules.MaxPathBytes)];
        return Of(bytes[..RawText.Encode(path, bytes)]);
    }

    /// <summary>As the other, for the bytes that a path stands for.</summary>
    public static PathKey Of(ReadOnlySpan<byte> path)
    {
        // Zeros fill the last block; the length parts a path from one that goes on with zeros, which no path may have anyway.
        Span<byte> last = stackalloc byte[BlockBytes];
        var rest = path.Length % BlockBytes;
        path[^rest..].CopyTo(last);
        var (high, low) = (Keys[0] ^ (ulong)path.Length, Keys[1]);
        for (var whole = path[..^rest]; !whole.IsEmpty; whole = whole[BlockBytes..])
        {
            Mix(whole, ref high, ref low);
        }

        if (rest > 0)
        {
            Mix(last, ref high, ref low);
        }

        return new PathKey(Fold(high ^ Keys[4], low ^ Keys[5]), Fold(low ^ Keys[6], high ^ Keys[7]));
    }

    public int CompareTo(PathKey other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    private static void Mix(ReadOnlySpan<byte> block, ref ulong high, ref ulong low)
    {
        var first = BinaryPrimitives.ReadUInt64LittleEndian(block);
        var second = BinaryPrimitives.ReadUInt64LittleEndian(block[8..]);
        high = Fold(first ^ Keys[2], second ^ high);
        low = Fold(second ^ Keys[3], first ^ low);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private static ulong[] DrawKeys()
    {
        var keys = new ulong[8];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(keys.AsSpan()));
        return keys;
    }
}
