using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cairn.Agent.Engines.OpenGauss.Pages;

/// <summary>
/// The servers' checksum of a page: 32 sums in the manner of FNV-1a over the columns of the page seen as 64 rows of 32 words,
/// folded and mixed with the block's number. Both dialects compute the same.
/// </summary>
internal static class PageChecksum
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = 8192;

    private const int Sums = 32;
    private const int SumsPerVector = 8;
    private const uint Prime = 16777619;
    private const int ChecksumOffset = 8;
    private const int UpperOffset = 14;

    private static readonly uint[] Bases =
    [
        0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
        0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
        0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
        0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756,
    ];

    /// <summary>A page that was never used: its upper bound is 0. It carries no checksum.</summary>
    public static bool IsNew(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[UpperOffset..]) == 0;

    /// <summary>What the page says.</summary>
    public static ushort Stored(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt16LittleEndian(page[ChecksumOffset..]);

    /// <summary>What it has to be. <paramref name="block"/> counts over all segments of the relation.</summary>
    public static ushort Of(ReadOnlySpan<byte> page, uint block)
    {
        var words = MemoryMarshal.Cast<byte, uint>(page);
        var first = Vector256.Create<uint>(Bases.AsSpan(0));
        var second = Vector256.Create<uint>(Bases.AsSpan(SumsPerVector));
        var third = Vector256.Create<uint>(Bases.AsSpan(2 * SumsPerVector));
        var fourth = Vector256.Create<uint>(Bases.AsSpan(3 * SumsPerVector));

        // The checksum itself, in the third word, counts as 0.
        var begin = Vector256.Create<uint>(words);
        first = Mix(first, begin.WithElement(2, begin.GetElement(2) & 0xFFFF_0000));
        second = Mix(second, Vector256.Create<uint>(words[SumsPerVector..]));
        third = Mix(third, Vector256.Create<uint>(words[(2 * SumsPerVector)..]));
        fourth = Mix(fourth, Vector256.Create<uint>(words[(3 * SumsPerVector)..]));
        for (var at = Sums; at < words.Length; at += Sums)
        {
            first = Mix(first, Vector256.Create<uint>(words[at..]));
            second = Mix(second, Vector256.Create<uint>(words[(at + SumsPerVector)..]));
            third = Mix(third, Vector256.Create<uint>(words[(at + (2 * SumsPerVector))..]));
            fourth = Mix(fourth, Vector256.Create<uint>(words[(at + (3 * SumsPerVector))..]));
        }

        for (var round = 0; round < 2; round++)
        {
            first = Mix(first, Vector256<uint>.Zero);
            second = Mix(second, Vector256<uint>.Zero);
            third = Mix(third, Vector256<uint>.Zero);
            fourth = Mix(fourth, Vector256<uint>.Zero);
        }

        var folded = first ^ second ^ third ^ fourth;
        uint sum = 0;
        for (var i = 0; i < SumsPerVector; i++)
        {
            sum ^= folded.GetElement(i);
        }

        return (ushort)(((sum ^ block) % 65535) + 1);
    }

    private static Vector256<uint> Mix(Vector256<uint> sum, Vector256<uint> word)
    {
        var mixed = sum ^ word;
        return (mixed * Prime) ^ Vector256.ShiftRightLogical(mixed, 17);
    }
}
