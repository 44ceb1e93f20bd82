using System.Buffers;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Names as the file system has them: any bytes. In memory they are text, in which each byte that is not part of valid UTF-8 stands as the lone surrogate
/// U+DC80 to U+DCFF (0xDC00 plus the byte); so different bytes are different texts, and text that is UTF-8 is itself.
/// </summary>
internal static class RawText
{
    private const int EscapeBase = 0xDC00;

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            }
            else
            {
                for (var i = 0; i < consumed; i++)
                {
                    text.Append((char)(EscapeBase + bytes[i]));
                }
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    public static int CountBytes(string text)
    {
        var length = 0;
        foreach (var part in new Parts(text))
        {
            length += part.IsEscape ? 1 : Encoding.UTF8.GetByteCount(part.Text);
        }

        return length;
    }

    /// <summary>Writes the bytes that <paramref name="text"/> stands for and gives their number.</summary>
    public static int Encode(string text, Span<byte> destination)
    {
        var length = 0;
        foreach (var part in new Parts(text))
        {
            if (part.IsEscape)
            {
                destination[length++] = (byte)(part.Text[0] - EscapeBase);
            }
            else
            {
                length += Encoding.UTF8.GetBytes(part.Text, destination[length..]);
            }
        }

        return length;
    }

    /// <summary>Whether the text stands for bytes at all, and for bytes that read back as this very text.</summary>
    public static bool IsValid(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return true;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]) && text[i] is not (>= '\uDC80' and <= '\uDCFF'))
            {
                return false;
            }
        }

        var bytes = new byte[CountBytes(text)];
        Encode(text, bytes);
        return Decode(bytes) == text;
    }

    /// <summary>A text in pieces: each escaped byte alone, and what is between them.</summary>
    private ref struct Parts(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> rest = text;

        public Part Current { get; private set; }

        public readonly Parts GetEnumerator() => this;

        public bool MoveNext()
        {
            if (rest.IsEmpty)
            {
                return false;
            }

            var next = FindEscape(rest);
            Current = next == 0 ? new Part(rest[..1], isEscape: true) : new Part(rest[..next], isEscape: false);
            rest = rest[Current.Text.Length..];
            return true;
        }

        // A low surrogate behind a high one is half of a character and no escape.
        private static int FindEscape(ReadOnlySpan<char> text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                i += text[i..].IndexOfAnyInRange('\uD800', '\uDFFF') is var at && at >= 0 ? at : text.Length - i;
                if (i >= text.Length)
                {
                    break;
                }

                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    i++;
                }
                else if (text[i] is >= '\uDC80' and <= '\uDCFF')
                {
                    return i;
                }
            }

            return text.Length;
        }
    }

    private readonly ref struct Part(ReadOnlySpan<char> text, bool isEscape)
    {
        public ReadOnlySpan<char> Text { get; } = text;

        public bool IsEscape { get; } = isEscape;
    }
}
