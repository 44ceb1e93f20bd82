using System.Buffers;
using System.Text;

namespace Grpc.Wire;

/// <summary>The value of <c>grpc-message</c>: UTF-8, percent-encoded outside of printable ASCII.</summary>
internal static class StatusMessageCodec
{
    private const string HexDigits = "0123456789ABCDEF";

    public static string Encode(string message)
    {
        if (!message.AsSpan().ContainsAnyExceptInRange(' ', '~') && !message.Contains('%', StringComparison.Ordinal))
        {
            return message;
        }

        var encoded = new StringBuilder(message.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(HexDigits[b >> 4]).Append(HexDigits[b & 0xF]);
            }
        }

        return encoded.ToString();
    }

    /// <summary>Never fails: what is not a well-formed escape stays as it is.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains('%', StringComparison.Ordinal) && Ascii.IsValid(value))
        {
            return value;
        }

        var bytes = new ArrayBufferWriter<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length
                && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                Append(bytes, (byte)((Digit(value[i + 1]) << 4) | Digit(value[i + 2])));
                i += 2;
            }
            else if (value[i] <= 0xFF)
            {
                // HTTP stacks hand over raw bytes as Latin-1 characters.
                Append(bytes, (byte)value[i]);
            }
            else
            {
                bytes.Write(Encoding.UTF8.GetBytes(value, i, 1));
            }
        }

        return Text(bytes.WrittenSpan, value);
    }

    // Escapes that are not UTF-8 stay escaped, as other implementations keep them.
    private static string Text(ReadOnlySpan<byte> bytes, string asSent)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return DecodeWhatIsText(bytes, asSent);
        }
    }

    private static string DecodeWhatIsText(ReadOnlySpan<byte> bytes, string asSent)
    {
        var text = new StringBuilder(asSent.Length);
        while (!bytes.IsEmpty)
        {
            var result = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (result == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var b in bytes[..consumed])
                {
                    text.Append('%').Append(HexDigits[b >> 4]).Append(HexDigits[b & 0xF]);
                }
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static int Digit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

    private static void Append(ArrayBufferWriter<byte> bytes, byte b)
    {
        bytes.GetSpan(1)[0] = b;
        bytes.Advance(1);
    }
}
