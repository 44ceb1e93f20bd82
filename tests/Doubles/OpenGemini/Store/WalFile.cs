using System.Buffers.Binary;
using System.Text;

namespace OpenGeminiDouble.Store;

/// <summary>
/// A <c>*.wal</c> in the real record format: one byte of type, four bytes of big-endian length, a snappy body (here of
/// literals only). The body's content is the double's own: a mark, then lines. Records without the mark are left alone.
/// </summary>
internal static class WalFile
{
    private const byte WriteRecord = 1;
    private const int MaxLiteral = 60;
    private static readonly byte[] Mark = "double:"u8.ToArray();

    public static byte[] Record(string lines)
    {
        byte[] plain = [.. Mark, .. Encoding.UTF8.GetBytes(lines)];
        using var body = new MemoryStream();
        for (var length = (uint)plain.Length; ; length >>= 7)
        {
            if (length < 0x80)
            {
                body.WriteByte((byte)length);
                break;
            }

            body.WriteByte((byte)(length | 0x80));
        }

        for (var at = 0; at < plain.Length; at += MaxLiteral)
        {
            var size = Math.Min(MaxLiteral, plain.Length - at);
            body.WriteByte((byte)((size - 1) << 2));
            body.Write(plain, at, size);
        }

        var record = new byte[5 + body.Length];
        record[0] = WriteRecord;
        BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(1), (uint)body.Length);
        body.ToArray().CopyTo(record, 5);
        return record;
    }

    /// <summary>The points of a file in order, or null when it is not one of the double's; ends quietly at a torn record.</summary>
    public static List<Point>? Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var points = new List<Point>();
        var ours = false;
        while (bytes.Length >= 5 && bytes[0] == WriteRecord)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
            if (length > bytes.Length - 5)
            {
                break;
            }

            if (Plain(bytes.Slice(5, (int)length)) is not { } plain || !plain.AsSpan().StartsWith(Mark))
            {
                break;
            }

            ours = true;
            points.AddRange(Encoding.UTF8.GetString(plain, Mark.Length, plain.Length - Mark.Length)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Point.Parse));
            bytes = bytes[(5 + (int)length)..];
        }

        return ours || File.ReadAllBytes(path).Length == 0 ? points : null;
    }

    /// <summary>Decodes a body of literals; null for one with copies, which the double never writes.</summary>
    private static byte[]? Plain(ReadOnlySpan<byte> body)
    {
        while (body.Length > 0 && body[0] >= 0x80)
        {
            body = body[1..];
        }

        using var plain = new MemoryStream();
        for (body = body.Length > 0 ? body[1..] : body; body.Length > 0;)
        {
            var size = (body[0] >> 2) + 1;
            if ((body[0] & 3) != 0 || size > MaxLiteral || body.Length < 1 + size)
            {
                return null;
            }

            plain.Write(body.Slice(1, size));
            body = body[(1 + size)..];
        }

        return plain.ToArray();
    }
}
