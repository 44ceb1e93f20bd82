using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Repository.Tests.Hostile;

/// <summary>
/// Gives a prepared point other entries than were copied, with every checksum, name and hash made right again: what somebody could do who may write to the repository.
/// Built by docs/repository-format.md, for an unencrypted chain.
/// </summary>
internal static class HostilePoint
{
    private const uint Pack = 99;

    public static void Replace(RepositoryLayout.ChainLayout chain, PointId point, IEnumerable<ManifestEntry> entries)
    {
        var writer = new ByteWriter();
        var count = 0;
        foreach (var entry in entries)
        {
            EntryCodec.Write(writer, entry, sourceProof: 0);
            count++;
        }

        var page = writer.Written.ToArray();
        var place = WritePack(chain, point, page);
        WriteManifest(chain.Manifest(point), [.. Number(1), .. place, .. Number((uint)count)]);
    }

    private static byte[] WritePack(RepositoryLayout.ChainLayout chain, PointId point, byte[] page)
    {
        byte[] header = [.. Number(Pack), 2, .. Text(chain.Id.Text), .. Text(point.Text)];
        byte[] start = [.. FilePreamble.Build(FileKind.Pack), .. Block(kind: 1, header)];
        byte[] name = SHA256.HashData(page);
        byte[] head = [.. "CRNS"u8, 2, 0, 0, 0, .. Number((uint)page.Length), .. Number((uint)page.Length), .. new byte[16], .. name, .. Number(Crc32C.Compute(page))];
        Put(chain.Pack(Pack), [.. start, .. head, .. Number(Crc32C.Compute(head)), .. page]);
        return [.. Number(Pack), .. Number((uint)start.Length), .. Number(0), .. Number((uint)page.Length), .. Number((uint)page.Length), .. name];
    }

    private static void WriteManifest(string path, byte[] table)
    {
        var old = File.ReadAllBytes(path);
        var made = new List<byte>(old[..FilePreamble.Size]);
        var summaryAt = 0L;
        for (var at = FilePreamble.Size; at < old.Length - 16;)
        {
            var length = 40 + (int)BinaryPrimitives.ReadUInt32LittleEndian(old.AsSpan(at + 12));
            summaryAt = made.Count;
            made.AddRange(old[at + 4] == 8 ? Block(kind: 8, table) : old[at..(at + length)]);
            at += length;
        }

        made.AddRange(ManifestFile.BuildTrailer(summaryAt));
        Put(path, [.. made]);
    }

    private static byte[] Block(byte kind, byte[] plain)
    {
        byte[] head = [.. "CRNB"u8, kind, 0, 0, 0, .. Number((uint)plain.Length), .. Number((uint)plain.Length), .. new byte[16], .. Number(Crc32C.Compute(plain))];
        return [.. head, .. Number(Crc32C.Compute(head)), .. plain];
    }

    private static byte[] Text(string text) => [.. Number((uint)text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(uint value) => BitConverter.GetBytes(value);

    private static void Put(string path, byte[] bytes)
    {
        using var file = File.Create(path);
        file.Write(bytes);
    }
}
