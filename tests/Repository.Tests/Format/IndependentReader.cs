using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Repository.Tests.Format;

/// <summary>
/// Reads a repository by docs/repository-format.md alone. It uses no type of the product, so that it fails when the page is not enough or not true.
/// </summary>
internal static partial class IndependentReader
{
    /// <summary>All paths of a committed point.</summary>
    public static IReadOnlyList<Restored> Read(string repository, string point)
    {
        if (File.Exists(Path.Combine(repository, "tombstones", point + ".tombstone")))
        {
            throw new InvalidDataException("deleted");
        }

        var marker = File.ReadAllText(Path.Combine(repository, "cairn-repository")).Split('\n');
        Require(marker[0] == "Cairn repository" && marker[1] == "format 1", "marker");
        var chain = Directory.GetDirectories(Path.Combine(repository, "chains")).Single(c => File.Exists(Path.Combine(c, "commits", point + ".commit")));
        var manifest = File.ReadAllBytes(Path.Combine(chain, "manifests", point + ".manifest"));
        var commit = ReadCommitRecord(File.ReadAllBytes(Path.Combine(chain, "commits", point + ".commit")));
        Require(commit.Point == point && commit.Nodes.Any(n => n.ManifestHash == Convert.ToHexStringLower(SHA256.HashData(manifest))), "manifest hash");
        var found = new List<Restored>();
        var packs = new Dictionary<uint, byte[]>();
        ReadManifest(
            manifest,
            number => packs.TryGetValue(number, out var pack) ? pack : packs[number] = File.ReadAllBytes(Path.Combine(chain, "packs", $"{number:x8}.pack")),
            found);
        return found;
    }

    public static Committed ReadCommitRecord(byte[] file)
    {
        var plain = SingleBlock(file, "CAIRNCMT", 6);
        var at = 0;
        var (point, chain, basePoint) = (Text(plain, ref at), Text(plain, ref at), Text(plain, ref at));
        var (cluster, engine, job, label) = (Text(plain, ref at), Text(plain, ref at), Text(plain, ref at), Text(plain, ref at));
        var (created, kind) = ((long)U64(plain, at), plain[at + 8]);
        at += 9;
        var (consistency, caveats, partial) = (Text(plain, ref at), List(plain, ref at), plain[at++]);
        var missing = List(plain, ref at);
        at += 8;
        var topology = Text(plain, ref at);
        var count = U32(plain, at);
        at += 4;
        var nodes = new List<CommittedNode>();
        for (; count > 0; count--)
        {
            var node = Text(plain, ref at);
            nodes.Add(new CommittedNode(
                node,
                Convert.ToHexStringLower(plain.AsSpan(at, 32)),
                U64(plain, at + 32),
                U64(plain, at + 40),
                (long)U64(plain, at + 48),
                (long)U64(plain, at + 56)));
            at += 64;
        }

        Require(at == plain.Length && partial <= 1 && (partial == 1) == (missing.Count > 0), "commit record's end");
        return new Committed(point, chain, basePoint, cluster, engine, job, label, created, kind, consistency, caveats, topology, nodes);
    }

    /// <summary>The fields of a key slot, one behind the other.</summary>
    public static byte[] ReadKeySlot(byte[] file) => SingleBlock(file, "CAIRNKSL", 10);

    /// <summary>Point, reason and time.</summary>
    public static (string Point, byte Reason, long Ticks) ReadTombstone(byte[] file)
    {
        var plain = SingleBlock(file, "CAIRNTMB", 7);
        var at = 0;
        var point = Text(plain, ref at);
        Require(at + 9 == plain.Length, "tombstone's end");
        return (point, plain[at], (long)U64(plain, at + 1));
    }

    public static void ReadManifest(byte[] manifest, Func<uint, byte[]> readPack, List<Restored> found)
    {
        CheckPreamble(manifest, "CAIRNMAN");
        var trailer = manifest.AsSpan(manifest.Length - 16);
        Require(Encoding.ASCII.GetString(trailer[..4]) == "CRNT" && U32(trailer, 12) == Crc(trailer[..12]), "trailer");
        for (long at = 16; at < manifest.Length - 16;)
        {
            var plain = Block(manifest, at, out var kind, out var next);
            if (kind == 5)
            {
                Require((long)U64(trailer, 4) == at && next == manifest.Length - 16, "summary's place");
            }
            else if (kind == 8)
            {
                for (var (left, place) = (U32(plain, 0), 4); left > 0; left--, place += 56)
                {
                    ReadEntries(Record(readPack, 2, plain, place), found, readPack);
                }
            }

            at = next;
        }

        Require(found.All(f => f.Kind != 2 || f.LinkedTo is not null || f.Content.Length == f.Size), "sizes");
        Require(found.All(f => f.Proof is null), "source proof in a manifest");
    }

    /// <summary>What an interrupted copy had read, as far as the journal goes.</summary>
    public static void ReadJournal(byte[] journal, Func<uint, byte[]> readPack, List<Restored> found)
    {
        CheckPreamble(journal, "CAIRNJNL");
        for (long at = 16; at < journal.Length;)
        {
            var plain = Block(journal, at, out var kind, out var next);
            Require((at == 16) == (kind == 2), "the point header's place");
            if (kind == 4)
            {
                ReadEntries(plain, found, readPack);
            }

            at = next;
        }
    }

    private static byte[] SingleBlock(byte[] file, string magic, byte kind)
    {
        CheckPreamble(file, magic);
        var plain = Block(file, 16, out var found, out var end);
        Require(found == kind && end == file.Length, "the only block");
        return plain;
    }

    private static List<string> List(byte[] plain, ref int at)
    {
        var list = new List<string>();
        var count = U32(plain, at);
        for (at += 4; count > 0; count--)
        {
            list.Add(Text(plain, ref at));
        }

        return list;
    }

    private static void ReadEntries(byte[] plain, List<Restored> found, Func<uint, byte[]> readPack)
    {
        for (var at = 0; at < plain.Length;)
        {
            if (plain[at++] == 1)
            {
                found.Add(ReadEntry(plain, ref at));
                continue;
            }

            var count = U32(plain, at);
            at += 4;
            for (; count > 0; count--)
            {
                ReadPiece(plain, ref at, found[^1].Content, readPack);
            }
        }
    }

    private static void ReadPiece(byte[] plain, ref int at, MemoryStream content, Func<uint, byte[]> readPack)
    {
        switch (plain[at++])
        {
            case 0:
                content.Write(new byte[U64(plain, at)]);
                at += 8;
                break;
            case 1:
                content.Write(Record(readPack, 1, plain, at));
                at += 52;
                break;
            case 2:
                var list = Record(readPack, 3, plain, at);
                var end = content.Length + (long)U64(plain, at + 52);
                for (var inList = 0; inList < list.Length;)
                {
                    ReadPiece(list, ref inList, content, readPack);
                }

                Require(content.Length == end, "what a list covers");
                at += 60;
                break;
            default:
                throw new InvalidDataException("a piece of unknown kind");
        }
    }

    // Pack (4), offset (8), stored length (4), plain length (4), name (32).
    private static byte[] Record(Func<uint, byte[]> readPack, byte kind, byte[] plain, int at) => Record(
        readPack(U32(plain, at)), kind, (long)U64(plain, at + 4), U32(plain, at + 12), U32(plain, at + 16), plain.AsSpan(at + 20, 32));

    private static byte[] Block(byte[] file, long at, out byte kind, out long next)
    {
        var header = file.AsSpan((int)at, 40);
        Require(Encoding.ASCII.GetString(header[..4]) == "CRNB" && U32(header, 36) == Crc(header[..36]) && header[6] == 0, "block header");
        kind = header[4];
        var stored = file.AsSpan((int)at + 40, (int)U32(header, 12));
        Require(U32(header, 32) == Crc(stored), "block");
        next = at + 40 + stored.Length;
        return Unpack(header[5], stored, U32(header, 8));
    }

    public static byte[] PlainRecord(byte[] pack, int at) =>
        Unpack(pack[at + 5], pack.AsSpan(at + 72, (int)U32(pack, at + 12)), U32(pack, at + 8));

    private static byte[] Record(byte[] pack, byte kind, long at, uint storedLength, uint plainLength, ReadOnlySpan<byte> name)
    {
        CheckPreamble(pack, "CAIRNPAK");
        var header = pack.AsSpan((int)at, 72);
        Require(Encoding.ASCII.GetString(header[..4]) == "CRNS" && U32(header, 68) == Crc(header[..68]) && header[6] == 0, "record header");
        Require(
            header[4] == kind && U32(header, 8) == plainLength && U32(header, 12) == storedLength && header.Slice(32, 32).SequenceEqual(name),
            "record's name");
        var stored = pack.AsSpan((int)at + 72, (int)storedLength);
        Require(U32(header, 64) == Crc(stored), "record");
        var plain = Unpack(header[5], stored, plainLength);
        Require(SHA256.HashData(plain).AsSpan().SequenceEqual(name), "record's hash");
        return plain;
    }

    private static Restored ReadEntry(byte[] plain, ref int at)
    {
        var (kind, flags) = (plain[at], BinaryPrimitives.ReadUInt16LittleEndian(plain.AsSpan(at + 1)));
        at += 3;
        var path = Text(plain, ref at);
        var entryClass = Text(plain, ref at);
        var (mode, uid, gid) = (U32(plain, at), U32(plain, at + 4), U32(plain, at + 8));
        at += 12;
        var (owner, group) = (Text(plain, ref at), Text(plain, ref at));
        var entry = new Restored(kind, path, entryClass, mode, uid, gid, (long)U64(plain, at), (long)U64(plain, at + 8), flags)
        {
            Owner = owner,
            Group = group,
        };
        at += 16 + ((flags & 4) != 0 ? 16 : 0) + ((flags & 8) != 0 ? 4 : 0);
        entry = kind == 3 ? entry with { LinkTarget = Text(plain, ref at) } : entry;
        entry = (flags & 16) != 0 ? entry with { LinkedTo = Text(plain, ref at) } : entry;
        if ((flags & 64) != 0)
        {
            var count = BinaryPrimitives.ReadUInt16LittleEndian(plain.AsSpan(at));
            at += 2;
            for (; count > 0; count--)
            {
                entry.Attributes[Text(plain, ref at)] = plain.AsSpan(at + 4, (int)U32(plain, at)).ToArray();
                at += 4 + (int)U32(plain, at);
            }
        }

        if ((flags & 128) != 0)
        {
            entry = entry with { Proof = U64(plain, at) };
            at += 8;
        }

        return entry;
    }

    private static void CheckPreamble(byte[] file, string magic) =>
        Require(Encoding.ASCII.GetString(file, 0, 8) == magic && U32(file, 8) == 1 && U32(file, 12) == Crc(file.AsSpan(0, 12)), $"preamble of {magic}");

    private static string Text(byte[] bytes, ref int at)
    {
        var text = Encoding.UTF8.GetString(bytes, at + 4, (int)U32(bytes, at));
        at += 4 + (int)U32(bytes, at);
        return text;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{what} does not fit");
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
            }
        }

        return ~crc;
    }

    private static unsafe byte[] Unpack(byte codec, ReadOnlySpan<byte> stored, uint plainLength)
    {
        if (codec == 0)
        {
            return stored.ToArray();
        }

        var plain = new byte[plainLength];
        fixed (byte* from = stored, to = plain)
        {
            Require(codec == 1 && Decompress(to, plainLength, from, (nuint)stored.Length) == plainLength, "zstd frame");
        }

        return plain;
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompress")]
    private static unsafe partial nuint Decompress(byte* destination, nuint capacity, byte* source, nuint length);

    /// <summary>A commit record; times are ticks.</summary>
    internal sealed record Committed(
        string Point,
        string Chain,
        string BasePoint,
        string Cluster,
        string Engine,
        string Job,
        string Label,
        long Created,
        byte Kind,
        string Consistency,
        List<string> Caveats,
        string Topology,
        List<CommittedNode> Nodes);

    /// <summary>One node of a commit record.</summary>
    internal sealed record CommittedNode(string Node, string ManifestHash, ulong Files, ulong Bytes, long CaptureStart, long CaptureEnd);

    /// <summary>One path with what the page says of it.</summary>
    internal sealed record Restored(
        byte Kind, string Path, string Class, uint Mode, uint Uid, uint Gid, long MtimeNs, long Size, ushort Flags)
    {
        public MemoryStream Content { get; } = new();

        public ulong? Proof { get; init; }

        public string? LinkTarget { get; init; }

        public string? LinkedTo { get; init; }

        public string Owner { get; init; } = "";

        public string Group { get; init; } = "";

        public Dictionary<string, byte[]> Attributes { get; } = [];
    }
}
