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
        Require(marker[0] == "Cairn repository" && marker[1] == "format 0: will not be readable by later versions", "marker");
        var chain = Directory.GetDirectories(Path.Combine(repository, "chains")).Single(c => File.Exists(Path.Combine(c, "commits", point + ".commit")));
        var manifest = File.ReadAllBytes(Path.Combine(chain, "manifests", point + ".manifest"));
        var commit = File.ReadAllBytes(Path.Combine(chain, "commits", point + ".commit"));
        CheckPreamble(commit, "CAIRNCMT");
        var record = Block(commit, 16, out var kind, out var end);
        Require(kind == 6 && end == commit.Length, "commit record");

        // The only 32 bytes that matter to a restore: the hash of this node's manifest.
        Require(record.AsSpan().IndexOf(SHA256.HashData(manifest)) > 0, "manifest hash");
        return ReadManifest(manifest, number => File.ReadAllBytes(Path.Combine(chain, "packs", $"{number:x8}.pack")));
    }

    public static IReadOnlyList<Restored> ReadManifest(byte[] manifest, Func<uint, byte[]> readPack)
    {
        CheckPreamble(manifest, "CAIRNMAN");
        var trailer = manifest.AsSpan(manifest.Length - 16);
        Require(Encoding.ASCII.GetString(trailer[..4]) == "CRNT" && U32(trailer, 12) == Crc(trailer[..12]), "trailer");
        var found = new List<Restored>();
        for (long at = 16; at < manifest.Length - 16;)
        {
            var plain = Block(manifest, at, out var kind, out var next);
            if (kind == 5)
            {
                Require((long)U64(trailer, 4) == at && next == manifest.Length - 16, "summary's place");
            }
            else if (kind == 4)
            {
                ReadEntries(plain, found, readPack);
            }

            at = next;
        }

        Require(found.All(f => f.Kind != 2 || f.Content.Length == f.Size), "sizes");
        return found;
    }

    public static void ReadEntries(byte[] plain, List<Restored> found, Func<uint, byte[]> readPack)
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
                if (plain[at++] == 0)
                {
                    found[^1].Content.Write(new byte[U64(plain, at)]);
                    at += 8;
                    continue;
                }

                found[^1].Content.Write(Segment(
                    readPack(U32(plain, at)), (long)U64(plain, at + 4), U32(plain, at + 12), U32(plain, at + 16), plain.AsSpan(at + 20, 32)));
                at += 52;
            }
        }
    }

    public static byte[] Block(byte[] file, long at, out byte kind, out long next)
    {
        var header = file.AsSpan((int)at, 24);
        Require(Encoding.ASCII.GetString(header[..4]) == "CRNB" && U32(header, 20) == Crc(header[..20]), "block header");
        kind = header[4];
        var stored = file.AsSpan((int)at + 24, (int)U32(header, 12));
        Require(U32(header, 16) == Crc(stored), "block");
        next = at + 24 + stored.Length;
        return Unpack(header[5], stored, U32(header, 8));
    }

    public static byte[] Segment(byte[] pack, long at, uint storedLength, uint plainLength, ReadOnlySpan<byte> hash)
    {
        CheckPreamble(pack, "CAIRNPAK");
        var header = pack.AsSpan((int)at, 56);
        Require(Encoding.ASCII.GetString(header[..4]) == "CRNS" && U32(header, 52) == Crc(header[..52]), "segment header");
        Require(U32(header, 8) == plainLength && U32(header, 12) == storedLength && header.Slice(16, 32).SequenceEqual(hash), "segment's name");
        var stored = pack.AsSpan((int)at + 56, (int)storedLength);
        Require(U32(header, 48) == Crc(stored), "segment");
        var plain = Unpack(header[4], stored, plainLength);
        Require(SHA256.HashData(plain).AsSpan().SequenceEqual(hash), "segment's hash");
        return plain;
    }

    private static Restored ReadEntry(byte[] plain, ref int at)
    {
        var (kind, flags) = (plain[at], plain[at + 1]);
        at += 2;
        var path = Text(plain, ref at);
        var entryClass = Text(plain, ref at);
        var entry = new Restored(
            kind, path, entryClass, U32(plain, at), U32(plain, at + 4), U32(plain, at + 8), (long)U64(plain, at + 12), (long)U64(plain, at + 20), flags);
        at += 36 + ((flags & 4) != 0 ? 16 : 0);
        return kind == 3 ? entry with { LinkTarget = Text(plain, ref at) } : entry;
    }

    private static void CheckPreamble(byte[] file, string magic) =>
        Require(Encoding.ASCII.GetString(file, 0, 8) == magic && U32(file, 8) == 0 && U32(file, 12) == Crc(file.AsSpan(0, 12)), $"preamble of {magic}");

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

    /// <summary>One path with what the page says of it.</summary>
    internal sealed record Restored(
        byte Kind, string Path, string Class, uint Mode, uint Uid, uint Gid, long MtimeNs, long Size, byte Flags)
    {
        public MemoryStream Content { get; } = new();

        public string? LinkTarget { get; init; }
    }
}
