using System.Buffers.Binary;
using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.Meta;

/// <summary>
/// One directory <c>snapshots/&lt;term&gt;-&lt;index&gt;-&lt;ms&gt;</c> of a ts-meta: <c>state.bin</c> and <c>meta.json</c>, which tells
/// its size and CRC-64 (ECMA, base64 of 8 bytes big-endian), as hashicorp's file snapshot store writes them.
/// </summary>
/// <param name="Index">The Raft index it stands for.</param>
/// <param name="Term">Its term.</param>
/// <param name="Bytes">Bytes of <c>state.bin</c>.</param>
internal sealed record MetaSnapshot(long Index, long Term, long Bytes)
{
    private const int MaxJsonBytes = 1 << 20;
    private const ulong Polynomial = 0xC96C5795D7870F42;
    private static readonly ulong[] Table = MakeTable();

    /// <summary>Reads and checks one.</summary>
    /// <exception cref="InvalidDataException">A file is missing, or <c>state.bin</c> is not what <c>meta.json</c> says.</exception>
    public static MetaSnapshot Read(string directory)
    {
        var (jsonPath, statePath) = (directory + "/meta.json", directory + "/state.bin");
        if (!File.Exists(jsonPath) || !File.Exists(statePath))
        {
            throw new InvalidDataException($"'{directory}' lacks meta.json or state.bin");
        }

        using var document = ParseJson(jsonPath);
        var root = document.RootElement;
        var (index, term, size) = (root.Number("Index", -1), root.Number("Term", -1), root.Number("Size", -1));
        var crc = new byte[8];
        if (index < 0 || term < 0 || !Convert.TryFromBase64String(root.Text("CRC"), crc, out var written) || written != crc.Length)
        {
            throw new InvalidDataException($"'{jsonPath}' names no index, term or CRC");
        }

        var (bytes, found) = Sum(statePath);
        if (bytes != size || found != BinaryPrimitives.ReadUInt64BigEndian(crc))
        {
            throw new InvalidDataException($"'{statePath}' has {bytes} bytes where {size} were written, or another checksum");
        }

        return new MetaSnapshot(index, term, bytes);
    }

    private static JsonDocument ParseJson(string path)
    {
        var info = new FileInfo(path);
        if (info.Length > MaxJsonBytes)
        {
            throw new InvalidDataException($"'{path}' has {info.Length} bytes");
        }

        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"'{path}' is not JSON", wrong);
        }
    }

    private static (long Bytes, ulong Crc) Sum(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[64 << 10];
        var crc = ulong.MaxValue;
        long total = 0;
        for (int read; (read = stream.Read(buffer)) > 0; total += read)
        {
            foreach (var value in buffer.AsSpan(0, read))
            {
                crc = Table[(byte)crc ^ value] ^ (crc >> 8);
            }
        }

        return (total, ~crc);
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
