using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>16 bytes that stand for a path in tables: the start of the SHA-256 of its bytes.</summary>
internal readonly record struct PathKey(ulong High, ulong Low) : IDiskRecord<PathKey>
{
    public ulong Prefix => High;

    public static PathKey Of(string path)
    {
        Span<byte> bytes = stackalloc byte[EntryRules.MaxPathBytes];
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(bytes[..RawText.Encode(path, bytes)], digest);
        return new PathKey(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]));
    }

    public int CompareTo(PathKey other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);
}
