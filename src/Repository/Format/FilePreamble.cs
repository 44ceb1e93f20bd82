using System.Buffers.Binary;

namespace Cairn.Repository;

/// <summary>The 16 bytes that begin every binary file: magic (8), version (2), zero (2), CRC-32C of these 12 (4).</summary>
internal static class FilePreamble
{
    public const int Size = 16;
    public const ushort Version = 1;

    public static byte[] Build(FileKind kind)
    {
        var bytes = new byte[Size];
        Magic(kind).CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Compute(bytes.AsSpan(0, 12)));
        return bytes;
    }

    public static void Check(ReadOnlySpan<byte> bytes, FileKind kind, string path)
    {
        if (bytes.Length < Size)
        {
            throw new RepositoryDamagedException(path, $"truncated: {bytes.Length} bytes, the preamble alone has {Size}");
        }

        if (!bytes[..8].SequenceEqual(Magic(kind)))
        {
            throw new RepositoryDamagedException(path, $"does not begin with the magic of a {kind} file");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Crc32C.Compute(bytes[..12]))
        {
            throw new RepositoryDamagedException(path, "the preamble's checksum does not fit");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new UnsupportedFormatException(path, version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    public static ReadOnlySpan<byte> Magic(FileKind kind) => kind switch
    {
        FileKind.Pack => "CAIRNPAK"u8,
        FileKind.Manifest => "CAIRNMAN"u8,
        FileKind.Commit => "CAIRNCMT"u8,
        FileKind.Journal => "CAIRNJNL"u8,
        FileKind.Tombstone => "CAIRNTMB"u8,
        FileKind.KeySlot => "CAIRNKSL"u8,
        FileKind.ChainKey => "CAIRNCKY"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown file kind"),
    };
}
