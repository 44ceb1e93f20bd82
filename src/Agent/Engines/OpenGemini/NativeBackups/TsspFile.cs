using System.Buffers.Binary;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// The two ends of a TSSP file: 8 bytes <c>53ac2021</c> in front; in the last 8 bytes, big-endian and zigzag-encoded, where the footer
/// begins. A server that finds the footer elsewhere skips the file with a line in its log and answers without its rows [ran F3].
/// </summary>
internal static class TsspFile
{
    private const int EndBytes = 8;
    private static ReadOnlySpan<byte> Magic => "53ac2021"u8;

    /// <summary>What is wrong with a file; null when both ends are as they should be. The blocks between them are not looked at.</summary>
    public static string? FindFault(string path)
    {
        using var file = File.OpenHandle(path);
        var size = RandomAccess.GetLength(file);
        Span<byte> end = stackalloc byte[EndBytes];
        if (size < 2 * EndBytes || RandomAccess.Read(file, end, 0) != EndBytes || !end.SequenceEqual(Magic))
        {
            return $"it has {size} bytes and does not begin as a TSSP file";
        }

        if (RandomAccess.Read(file, end, size - EndBytes) != EndBytes)
        {
            return "it shrinks while it is read";
        }

        var coded = BinaryPrimitives.ReadInt64BigEndian(end);
        var footer = (long)((ulong)coded >> 1) ^ -(coded & 1);
        return footer > EndBytes && footer <= size - EndBytes ? null : $"it has {size} bytes and is cut off: its footer should begin at {footer}";
    }
}
