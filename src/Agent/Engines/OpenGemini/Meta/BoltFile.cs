using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Engines.OpenGemini.Meta;

/// <summary>
/// Looks whether a <c>raft.db</c> is a whole bbolt database: one of the two meta pages must be valid (magic, version, FNV-1a
/// checksum), the file as long as it says, and the tree of buckets and pages reachable from it well-formed. A copy torn by a
/// write in between fails this. All numbers little-endian, as on the machines that openGemini runs on.
/// </summary>
internal sealed class BoltFile
{
    private const uint Magic = 0xED0CDAED;
    private const uint Version = 2;
    private const int PageHeader = 16;
    private const int ElementBytes = 16;
    private const int MaxDepth = 32;
    private const int MaxPageSize = 64 << 10;
    private const int MaxOverflow = 1 << 16;
    private const ushort Branch = 1;
    private const ushort Leaf = 2;
    private const uint BucketFlag = 1;
    private readonly SafeFileHandle file;
    private readonly long length;
    private int pageSize;
    private ulong highWater;

    private BoltFile(SafeFileHandle file)
    {
        this.file = file;
        length = RandomAccess.GetLength(file);
    }

    /// <summary>The names of the top buckets; hashicorp's Raft store has "conf" and "logs".</summary>
    /// <exception cref="InvalidDataException">It is not a whole database.</exception>
    public static IReadOnlyList<string> Check(string path)
    {
        using var handle = File.OpenHandle(path);
        return new BoltFile(handle).Check();
    }

    private List<string> Check()
    {
        var head = ReadAt(0, (int)Math.Min(length, 80));
        pageSize = head.Length >= 80 ? (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(PageHeader + 8)), int.MaxValue) : 0;
        if (!IsPageSize(pageSize))
        {
            // The first meta page may be the damaged one; 4096 is what Linux on x86-64 has.
            pageSize = 4096;
        }

        var metas = new[] { ReadMeta(0), ReadMeta(1) }.OfType<(ulong Root, ulong HighWater, ulong Transaction)>().ToList();
        if (metas.Count == 0)
        {
            throw new InvalidDataException("neither meta page is valid");
        }

        var (root, pages, _) = metas.MaxBy(m => m.Transaction);
        highWater = pages;
        if (pages > (ulong)(length / pageSize))
        {
            throw new InvalidDataException($"{pages} pages of {pageSize} bytes do not fit into {length} bytes");
        }

        var buckets = new List<string>();
        var seen = new HashSet<ulong>();
        Walk(root, depth: 0, buckets, seen);
        return buckets;
    }

    private (ulong Root, ulong HighWater, ulong Transaction)? ReadMeta(int page)
    {
        var at = (long)page * pageSize;
        if (at + PageHeader + 64 > length)
        {
            return null;
        }

        var meta = ReadAt(at + PageHeader, 64).AsSpan();
        var valid = BinaryPrimitives.ReadUInt32LittleEndian(meta) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(meta[4..]) == Version
            && BinaryPrimitives.ReadUInt32LittleEndian(meta[8..]) == (uint)pageSize
            && BinaryPrimitives.ReadUInt64LittleEndian(meta[56..]) == Fnv1A(meta[..56]);
        return valid
            ? (BinaryPrimitives.ReadUInt64LittleEndian(meta[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(meta[40..]),
                BinaryPrimitives.ReadUInt64LittleEndian(meta[48..]))
            : null;
    }

    private void Walk(ulong id, int depth, List<string>? buckets, HashSet<ulong> seen)
    {
        if (id < 2 || id >= highWater || depth > MaxDepth || !seen.Add(id))
        {
            throw new InvalidDataException($"page {id} is referred to where it cannot be");
        }

        var header = ReadAt((long)id * pageSize, PageHeader);
        var overflow = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12));
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != id || overflow > MaxOverflow || id + overflow >= highWater)
        {
            throw new InvalidDataException($"page {id} does not carry its own number, or runs over the end");
        }

        // Values may be long; only the page itself and its elements' keys are looked at.
        var bytes = ReadAt((long)id * pageSize, (int)Math.Min((overflow + 1L) * pageSize, 64L << 20));
        WalkPage(bytes, id, depth, buckets, seen);
    }

    private void WalkPage(ReadOnlySpan<byte> page, ulong id, int depth, List<string>? buckets, HashSet<ulong> seen)
    {
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(page[8..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(page[10..]);
        if (flags is not (Branch or Leaf) || PageHeader + (count * ElementBytes) > page.Length)
        {
            throw new InvalidDataException($"page {id} is neither branch nor leaf, or its {count} elements do not fit");
        }

        for (var i = 0; i < count; i++)
        {
            var at = PageHeader + (i * ElementBytes);
            var element = page[at..];
            if (flags == Branch)
            {
                Inside(page, at + (long)BinaryPrimitives.ReadUInt32LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element[4..]), id);
                Walk(BinaryPrimitives.ReadUInt64LittleEndian(element[8..]), depth + 1, buckets, seen);
                continue;
            }

            var keyAt = at + (long)BinaryPrimitives.ReadUInt32LittleEndian(element[4..]);
            var keyBytes = BinaryPrimitives.ReadUInt32LittleEndian(element[8..]);
            var valueBytes = BinaryPrimitives.ReadUInt32LittleEndian(element[12..]);
            var key = Inside(page, keyAt, keyBytes, id);
            var value = Inside(page, keyAt + keyBytes, valueBytes, id);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(element) & BucketFlag) != 0)
            {
                buckets?.Add(System.Text.Encoding.UTF8.GetString(key[..Math.Min(key.Length, 100)]));
                WalkBucket(value, id, depth, seen);
            }
        }
    }

    private void WalkBucket(ReadOnlySpan<byte> bucket, ulong id, int depth, HashSet<ulong> seen)
    {
        if (bucket.Length < 16)
        {
            throw new InvalidDataException($"a bucket in page {id} is cut short");
        }

        var root = BinaryPrimitives.ReadUInt64LittleEndian(bucket);
        if (root != 0)
        {
            Walk(root, depth + 1, buckets: null, seen);
        }
        else if (bucket.Length >= 16 + PageHeader)
        {
            WalkPage(bucket[16..], id, depth + 1, buckets: null, seen);
        }
        else
        {
            throw new InvalidDataException($"an inline bucket in page {id} is cut short");
        }
    }

    private static ReadOnlySpan<byte> Inside(ReadOnlySpan<byte> page, long at, uint count, ulong id) =>
        at >= 0 && at + count <= page.Length
            ? page.Slice((int)at, (int)count)
            : throw new InvalidDataException($"an element of page {id} lies outside the page");

    private byte[] ReadAt(long offset, int count)
    {
        if (offset < 0 || offset + count > length)
        {
            throw new InvalidDataException($"the file ends at {length}, {offset + count} bytes are needed");
        }

        var buffer = new byte[count];
        var got = 0;
        while (got < count)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(got), offset + got);
            if (read == 0)
            {
                throw new InvalidDataException("the file became shorter while it was read");
            }

            got += read;
        }

        return buffer;
    }

    private static bool IsPageSize(int size) => size is >= 512 and <= MaxPageSize && (size & (size - 1)) == 0;

    private static ulong Fnv1A(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        return hash;
    }
}
