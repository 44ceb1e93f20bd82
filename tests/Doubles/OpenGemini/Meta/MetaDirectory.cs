using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenGeminiDouble.Meta;

/// <summary>
/// The snapshots in a META directory. A snapshot that the double wrote carries its catalogue as JSON in a field of
/// <c>state.bin</c> that the real format does not use; a real one is recognised by its cluster id and answered from the
/// catalogue recorded with it.
/// </summary>
internal sealed class MetaDirectory(string path)
{
    private const int CatalogueField = 1000;
    private const int Kept = 2;

    private string SnapshotsPath => Path.Combine(path, "snapshots");

    public string RaftDbPath => Path.Combine(path, "raft.db");

    private string PoisonPath => Path.Combine(path, "raft.db.poisoned");

    /// <summary>True when the log holds a command that kills whoever applies it.</summary>
    public bool IsPoisoned => File.Exists(PoisonPath);

    public void Poison() => Write(PoisonPath, []);

    public void Make() => Directory.CreateDirectory(SnapshotsPath);

    /// <summary>The newest snapshot's index and its catalogue; null in an empty directory.</summary>
    public (long Index, Catalogue Catalogue)? Newest()
    {
        foreach (var directory in Snapshots())
        {
            var index = IndexOf(directory);
            var catalogue = Decode(File.ReadAllBytes(Path.Combine(directory, "state.bin")));
            if (catalogue is not null)
            {
                catalogue.Index = Math.Max(catalogue.Index, index);
                return (index, catalogue);
            }
        }

        return null;
    }

    /// <summary>Takes a snapshot: a temporary directory, renamed in; two are kept.</summary>
    /// <param name="state">The bytes of the state; null repeats those of the newest snapshot.</param>
    public void Take(long index, byte[]? state, IReadOnlyList<string> raftAddresses)
    {
        state ??= File.ReadAllBytes(Path.Combine(Snapshots().First(), "state.bin"));
        var name = string.Create(
            CultureInfo.InvariantCulture, $"2-{index}-{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}");
        var temporary = Path.Combine(SnapshotsPath, name + ".tmp");
        Directory.CreateDirectory(temporary);
        Write(Path.Combine(temporary, "state.bin"), state);
        var checksum = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(checksum, Crc64(state));
        Write(Path.Combine(temporary, "meta.json"), Encoding.UTF8.GetBytes(new JsonObject
        {
            ["Version"] = 1,
            ["ID"] = name,
            ["Index"] = index,
            ["Term"] = 2,
            ["Peers"] = "",
            ["Configuration"] = new JsonObject
            {
                ["Servers"] = new JsonArray([.. raftAddresses.Select(address => new JsonObject
                {
                    ["Suffrage"] = 0, ["ID"] = address, ["Address"] = address,
                })]),
            },
            ["ConfigurationIndex"] = 7,
            ["Size"] = state.Length,
            ["CRC"] = Convert.ToBase64String(checksum),
        }.ToJsonString() + "\n"));
        Directory.Move(temporary, Path.Combine(SnapshotsPath, name));
        foreach (var old in Snapshots().Skip(Kept).ToList())
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>The state of a catalogue in the double's own form.</summary>
    public static byte[] Encode(Catalogue catalogue)
    {
        using var state = new MemoryStream();
        void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                state.WriteByte((byte)(value | 0x80));
            }

            state.WriteByte((byte)value);
        }

        var json = Encoding.UTF8.GetBytes(catalogue.ToJson());
        Varint(1 << 3);
        Varint(2);
        Varint(2 << 3);
        Varint((ulong)catalogue.Index);
        Varint((CatalogueField << 3) | 2);
        Varint((ulong)json.Length);
        state.Write(json);
        return state.ToArray();
    }

    /// <summary>Every file, with its path below the directory, for a copy.</summary>
    public IEnumerable<string> Files() =>
        Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(path, file));

    private static Catalogue? Decode(ReadOnlySpan<byte> state)
    {
        var clusterId = 0UL;
        while (state.Length > 0)
        {
            var tag = ReadVarint(ref state);
            switch (tag & 7)
            {
                case 0:
                    var value = ReadVarint(ref state);
                    clusterId = tag >> 3 == 3 ? value : clusterId;
                    break;
                case 1:
                    state = state[8..];
                    break;
                case 2:
                    var length = (int)ReadVarint(ref state);
                    if (tag >> 3 == CatalogueField)
                    {
                        return Catalogue.Parse(Encoding.UTF8.GetString(state[..length]));
                    }

                    state = state[length..];
                    break;
                default:
                    state = state[4..];
                    break;
            }
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "recorded"), "*-getdata.json"))
        {
            // Recorded through a tool that keeps numbers as doubles: the last digits of the id are rounded.
            var recorded = JsonNode.Parse(File.ReadAllText(file))!;
            if (Math.Abs((double)recorded["ClusterID"]! - clusterId) < 4096)
            {
                return Catalogue.Parse(recorded.ToJsonString());
            }
        }

        return null;
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static void Write(string file, byte[] bytes)
    {
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(bytes);
    }

    /// <summary>CRC-64 with the reversed ECMA polynomial, as the Raft library's snapshot store records it.</summary>
    private static ulong Crc64(ReadOnlySpan<byte> bytes)
    {
        var crc = ulong.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xC96C5795D7870F42UL;
            }
        }

        return ~crc;
    }

    private static long IndexOf(string directory) =>
        long.Parse(Path.GetFileName(directory).Split('-')[1], CultureInfo.InvariantCulture);

    private IEnumerable<string> Snapshots() =>
        Directory.Exists(SnapshotsPath)
            ? Directory.EnumerateDirectories(SnapshotsPath)
                .Where(directory => !directory.EndsWith(".tmp", StringComparison.Ordinal)
                    && File.Exists(Path.Combine(directory, "state.bin")))
                .OrderByDescending(IndexOf).ThenByDescending(Path.GetFileName, StringComparer.Ordinal)
            : [];
}
