using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cairn.Coordinator.Audit;

/// <summary>
/// A record as a line of the log: 64 hexadecimal digits, a blank, the record as one JSON object. The digits are SHA-256
/// over the hash of the line before (32 bytes, zeros before the first) and the JSON in UTF-8, so each line vouches for all
/// that came before it.
/// </summary>
internal static class AuditLine
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashBytes = 32;

    /// <summary>No line is longer; a longer one is damage.</summary>
    public const int MaxBytes = 8 * 1024;

    private const int HexLength = HashBytes * 2;
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>The line with its line feed, and the hash that the next one builds on.</summary>
    public static (byte[] Line, byte[] Hash) Format(AuditRecord record, ReadOnlySpan<byte> previous)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", record.Sequence);
            json.WriteString("at", record.At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("kind", record.Kind.Word());
            json.WriteString("who", record.Who);
            json.WriteString("from", record.Address);
            json.WriteString("call", record.Call);
            json.WriteString("subject", record.Subject);
            json.WriteString("outcome", record.Outcome);
            json.WriteNumber("answers", record.Answers);
            json.WriteEndObject();
        }

        var text = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        var hash = Hash(previous, text);
        var line = new byte[HexLength + 1 + text.Length + 1];
        Convert.TryToHexStringLower(hash, line.AsSpan(0, HexLength), out _);
        line[HexLength] = (byte)' ';
        text.CopyTo(line.AsSpan(HexLength + 1));
        line[^1] = (byte)'\n';
        return (line, hash);
    }

    /// <summary>Reads a line without its line feed; null when it is not one, or does not follow <paramref name="previous"/>.</summary>
    public static (AuditRecord Record, byte[] Hash)? Parse(ReadOnlySpan<byte> line, ReadOnlySpan<byte> previous)
    {
        if (line.Length is <= HexLength + 1 or > MaxBytes || line[HexLength] != ' ')
        {
            return null;
        }

        var text = line[(HexLength + 1)..];
        var hash = Hash(previous, text);
        Span<byte> expected = stackalloc byte[HexLength];
        Convert.TryToHexStringLower(hash, expected, out _);
        return line[..HexLength].SequenceEqual(expected) && ReadJson(text) is { } record ? (record, hash) : null;
    }

    /// <summary>The record of a line whose place in the chain does not matter now; null when it holds none.</summary>
    public static AuditRecord? ReadRecord(ReadOnlySpan<byte> line) =>
        line.Length is > HexLength + 1 and <= MaxBytes ? ReadJson(line[(HexLength + 1)..]) : null;

    /// <summary>The hash that a line says it has; null when it says none.</summary>
    public static byte[]? ReadHash(ReadOnlySpan<byte> line)
    {
        var hash = new byte[HashBytes];
        return line.Length > HexLength
            && Convert.FromHexString(line[..HexLength], hash, out _, out _) == System.Buffers.OperationStatus.Done
            ? hash
            : null;
    }

    private static byte[] Hash(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData(text);
        return hash.GetHashAndReset();
    }

    private static AuditRecord? ReadJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            using var document = JsonDocument.ParseValue(ref reader);
            var json = document.RootElement;
            return AuditKinds.TryParse(json.GetProperty("kind").GetString(), out var kind)
                && DateTimeOffset.TryParseExact(
                    json.GetProperty("at").GetString(),
                    TimeFormat,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var at)
                ? new AuditRecord(
                    json.GetProperty("seq").GetInt64(),
                    at,
                    kind,
                    json.GetProperty("who").GetString() ?? "",
                    json.GetProperty("from").GetString() ?? "",
                    json.GetProperty("call").GetString() ?? "",
                    json.GetProperty("subject").GetString() ?? "",
                    json.GetProperty("outcome").GetString() ?? "",
                    json.GetProperty("answers").GetInt64())
                : null;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
