using System.Text;

namespace Rpc.Tests.TestServer;

/// <summary>Blocks of HTTP/2 headers, each field as a literal without compression.</summary>
internal static class RawHeaders
{
    private const int LargestInPrefix = 127;

    public static byte[] Request(params (string Name, string Value)[] more) => Encode(
    [
        (":method", "POST"), (":scheme", "http"), (":path", RawCall.OnePath), (":authority", "localhost"),
        ("content-type", "application/grpc"), .. more,
    ]);

    public static byte[] Response { get; } = Encode((":status", "200"), ("content-type", "application/grpc"));

    public static byte[] Trailers(string status) => Encode(("grpc-status", status));

    public static byte[] Encode(params (string Name, string Value)[] fields)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return block.ToArray();
    }

    private static void WriteText(MemoryStream block, string text)
    {
        var rest = text.Length;
        if (rest < LargestInPrefix)
        {
            block.WriteByte((byte)rest);
        }
        else
        {
            block.WriteByte(LargestInPrefix);
            for (rest -= LargestInPrefix; rest >= 128; rest >>= 7)
            {
                block.WriteByte((byte)(0x80 | (rest & 0x7F)));
            }

            block.WriteByte((byte)rest);
        }

        block.Write(Encoding.ASCII.GetBytes(text));
    }
}
