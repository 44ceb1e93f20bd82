using System.Globalization;
using System.Text;

namespace Cairn.Agent.Engines.OpenGemini.Toml;

/// <summary>
/// Reads the part of TOML that openGemini's configuration files use: tables, tables in arrays, keys, one-line strings,
/// whole numbers, fractions, truth values, arrays, comments. Durations are strings there. Everything else (dates, inline
/// tables, texts over several lines) is refused with its line rather than guessed at.
/// </summary>
internal sealed class TomlReader
{
    /// <summary>The largest file that is read; the sample configuration of v1.5.2 has about 20 KiB.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxDepth = 16;
    private readonly string text;
    private readonly Dictionary<string, TomlValue> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> tables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> arrays = new(StringComparer.Ordinal);
    private int position;
    private int line = 1;

    private TomlReader(string text) => this.text = text;

    /// <summary>Parses a file's bytes.</summary>
    /// <exception cref="TomlException">It is too large, not UTF-8, or holds what this reader does not know.</exception>
    public static TomlDocument Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw new TomlException(1, $"the file has more than {MaxBytes} bytes");
        }

        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new TomlException(1, "the file is not UTF-8");
        }

        return new TomlReader(text.StartsWith('\uFEFF') ? text[1..] : text).ReadDocument();
    }

    private TomlDocument ReadDocument()
    {
        var prefix = "";
        while (SkipToContent())
        {
            if (Peek() == '[')
            {
                prefix = ReadHeader();
            }
            else
            {
                ReadPair(prefix);
            }

            EndOfLine();
        }

        return new TomlDocument(values, tables);
    }

    private string ReadHeader()
    {
        position++;
        var inArray = Peek() == '[';
        if (inArray)
        {
            position++;
        }

        var name = ReadDottedKey();
        Expect(']');
        if (inArray)
        {
            Expect(']');
            var number = arrays.GetValueOrDefault(name);
            arrays[name] = number + 1;
            name = string.Create(CultureInfo.InvariantCulture, $"{name}.{number}");
        }

        if (!tables.Add(name))
        {
            throw Wrong($"the table '{name}' stands here a second time");
        }

        return name + ".";
    }

    private void ReadPair(string prefix)
    {
        var at = line;
        var name = prefix + ReadDottedKey();
        SkipBlanks();
        Expect('=');
        SkipBlanks();
        var value = ReadValue(depth: 0);
        if (!values.TryAdd(name, new TomlValue(value, at)))
        {
            throw new TomlException(at, $"'{name}' stands here a second time");
        }
    }

    private string ReadDottedKey()
    {
        var parts = new StringBuilder();
        while (true)
        {
            SkipBlanks();
            parts.Append(Peek() is '"' or '\'' ? ReadText() : ReadBareKey());
            SkipBlanks();
            if (Peek() != '.')
            {
                return parts.ToString();
            }

            position++;
            parts.Append('.');
        }
    }

    private string ReadBareKey()
    {
        var start = position;
        while (char.IsAsciiLetterOrDigit(Peek()) || Peek() is '-' or '_')
        {
            position++;
        }

        return position > start ? text[start..position] : throw Wrong($"a name is expected, not {Shown()}");
    }

    private object ReadValue(int depth)
    {
        switch (Peek())
        {
            case '"' or '\'':
                return ReadText();
            case '[':
                return ReadArray(depth);
            case '{':
                throw Wrong("tables in braces are not known here");
            default:
                return ReadWord();
        }
    }

    private List<TomlValue> ReadArray(int depth)
    {
        if (depth >= MaxDepth)
        {
            throw Wrong("lists are nested too deeply");
        }

        var items = new List<TomlValue>();
        position++;
        while (true)
        {
            if (!SkipToContent())
            {
                throw Wrong("the list has no end");
            }

            if (Peek() == ']')
            {
                position++;
                return items;
            }

            var at = line;
            items.Add(new TomlValue(ReadValue(depth + 1), at));
            if (SkipToContent() && Peek() == ',')
            {
                position++;
            }
            else if (Peek() != ']')
            {
                throw Wrong($"',' or ']' is expected in a list, not {Shown()}");
            }
        }
    }

    private string ReadText()
    {
        var quote = text[position++];
        if (Peek() == quote && position + 1 < text.Length && text[position + 1] == quote)
        {
            throw Wrong("texts over several lines are not known here");
        }

        var result = new StringBuilder();
        while (true)
        {
            var c = Peek();
            if (position >= text.Length || c is '\n' or '\r')
            {
                throw Wrong("the text has no closing quote on its line");
            }

            position++;
            if (c == quote)
            {
                return result.ToString();
            }

            if (char.IsControl(c) && c != '\t')
            {
                throw Wrong("a text holds a control character");
            }

            result.Append(c == '\\' && quote == '"' ? ReadEscape() : c.ToString());
        }
    }

    private string ReadEscape()
    {
        var c = Peek();
        position++;
        switch (c)
        {
            case 'b': return "\b";
            case 't': return "\t";
            case 'n': return "\n";
            case 'f': return "\f";
            case 'r': return "\r";
            case '"': return "\"";
            case '\\': return "\\";
            case 'u': return ReadCodePoint(4);
            case 'U': return ReadCodePoint(8);
            default: throw Wrong($"'\\{c}' is not a known escape");
        }
    }

    private string ReadCodePoint(int digits)
    {
        if (position + digits <= text.Length
            && int.TryParse(
                text.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.TryCreate(value, out var rune))
        {
            position += digits;
            return rune.ToString();
        }

        throw Wrong("an escaped character is not valid");
    }

    private object ReadWord()
    {
        var start = position;
        while (position < text.Length && !char.IsWhiteSpace(Peek()) && Peek() is not ('#' or ',' or ']'))
        {
            position++;
        }

        var word = text[start..position];
        switch (word)
        {
            case "true": return true;
            case "false": return false;
            case "": throw Wrong($"a value is expected, not {Shown()}");
        }

        var number = word.Replace("_", "", StringComparison.Ordinal);
        var wellFormed = !word.StartsWith('_') && !word.EndsWith('_') && !word.Contains("__", StringComparison.Ordinal);
        if (wellFormed && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        const NumberStyles fraction =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (wellFormed && double.TryParse(number, fraction, CultureInfo.InvariantCulture, out var broken) && double.IsFinite(broken))
        {
            return broken;
        }

        throw Wrong($"'{(word.Length > 60 ? word[..60] : word)}' is not a value that this reader knows");
    }

    // To the next character that is not blank, comment or line end; false at the end of the file.
    private bool SkipToContent()
    {
        while (position < text.Length)
        {
            switch (text[position])
            {
                case '\n':
                    line++;
                    position++;
                    break;
                case ' ' or '\t' or '\r':
                    position++;
                    break;
                case '#':
                    SkipComment();
                    break;
                default:
                    return true;
            }
        }

        return false;
    }

    private void SkipBlanks()
    {
        while (Peek() is ' ' or '\t')
        {
            position++;
        }
    }

    private void SkipComment()
    {
        while (position < text.Length && text[position] != '\n')
        {
            position++;
        }
    }

    private void EndOfLine()
    {
        SkipBlanks();
        if (Peek() == '#')
        {
            SkipComment();
        }

        if (Peek() == '\r')
        {
            position++;
        }

        if (position < text.Length && Peek() != '\n')
        {
            throw Wrong($"the line should end here, but has {Shown()}");
        }
    }

    private void Expect(char wanted)
    {
        if (Peek() != wanted)
        {
            throw Wrong($"'{wanted}' is expected, not {Shown()}");
        }

        position++;
    }

    private char Peek() => position < text.Length ? text[position] : '\0';

    private string Shown() => position >= text.Length ? "the end of the file"
        : Peek() is '\n' or '\r' ? "the end of the line" : $"'{(char.IsControl(Peek()) ? '?' : Peek())}'";

    private TomlException Wrong(string what) => new(line, what);
}
