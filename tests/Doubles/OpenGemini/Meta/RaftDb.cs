using System.Buffers.Binary;

namespace OpenGeminiDouble.Meta;

/// <summary>
/// <c>raft.db</c>, a bbolt file (public format: 4 KiB pages, two meta pages of which the higher transaction counts). Held
/// under an exclusive flock while the meta runs, and rewritten in place now and then as the real one is: the older meta page
/// takes the next transaction number, all that it points to stays.
/// </summary>
internal sealed class RaftDb : IDisposable
{
    private const int PageSize = 4096;
    private const int MetaAt = 16;
    private const uint Magic = 0xED0CDAED;
    private readonly FileStream file;

    private RaftDb(FileStream file) => this.file = file;

    /// <summary>Opens or makes the file; waits for the lock as the real server does.</summary>
    public static async Task<RaftDb> OpenAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX | LOCK_NB) here.
                var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    BufferSize = 0,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
                if (file.Length == 0)
                {
                    file.Write(Empty());
                    file.Flush(flushToDisk: true);
                }

                return new RaftDb(file);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>One transaction: the older meta page is overwritten in place.</summary>
    public void Touch()
    {
        Span<byte> pages = stackalloc byte[2 * PageSize];
        RandomAccess.Read(file.SafeFileHandle, pages, 0);
        var first = pages[..PageSize];
        var second = pages[PageSize..];
        var newer = Transaction(first) > Transaction(second) ? first : second;
        var next = Transaction(newer) + 1;
        var page = (int)(next % 2);
        Span<byte> written = stackalloc byte[PageSize];
        newer.CopyTo(written);
        BinaryPrimitives.WriteUInt64LittleEndian(written, (ulong)page);
        Seal(written, next);
        RandomAccess.Write(file.SafeFileHandle, written, page * PageSize);
    }

    /// <summary>The whole file as it is now; call it between two touches.</summary>
    public byte[] Read()
    {
        var bytes = new byte[RandomAccess.GetLength(file.SafeFileHandle)];
        RandomAccess.Read(file.SafeFileHandle, bytes, 0);
        return bytes;
    }

    public void Dispose() => file.Dispose();

    private static ulong Transaction(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt64LittleEndian(page[(MetaAt + 48)..]);

    private static void Seal(Span<byte> page, ulong transaction)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page[(MetaAt + 48)..], transaction);
        var hash = 0xcbf29ce484222325UL;
        foreach (var value in page.Slice(MetaAt, 56))
        {
            hash = (hash ^ value) * 0x100000001b3UL;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(page[(MetaAt + 56)..], hash);
    }

    private static byte[] Empty()
    {
        var file = new byte[32 * PageSize];
        for (var page = 0; page < 4; page++)
        {
            var header = file.AsSpan(page * PageSize, PageSize);
            BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)page);
            BinaryPrimitives.WriteUInt16LittleEndian(header[8..], page < 2 ? (ushort)4 : page == 2 ? (ushort)0x10 : (ushort)2);
            if (page >= 2)
            {
                continue;
            }

            var meta = header[MetaAt..];
            BinaryPrimitives.WriteUInt32LittleEndian(meta, Magic);
            BinaryPrimitives.WriteUInt32LittleEndian(meta[4..], 2);
            BinaryPrimitives.WriteUInt32LittleEndian(meta[8..], PageSize);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[16..], 3);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[32..], 2);
            BinaryPrimitives.WriteUInt64LittleEndian(meta[40..], 4);
            Seal(header, (ulong)page);
        }

        AddBuckets(file.AsSpan(3 * PageSize, PageSize), "conf"u8, "logs"u8);
        return file;
    }

    /// <summary>The two buckets of a Raft store, empty and inline in the root page: elements first, then keys with values.</summary>
    private static void AddBuckets(Span<byte> page, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        const int Element = 16;
        const int InlineBucket = 32;
        BinaryPrimitives.WriteUInt16LittleEndian(page[10..], 2);
        var data = MetaAt + (2 * Element);
        for (var at = 0; at < 2; at++)
        {
            var name = at == 0 ? first : second;
            var element = page[(MetaAt + (at * Element))..];
            BinaryPrimitives.WriteUInt32LittleEndian(element, 1);
            BinaryPrimitives.WriteInt32LittleEndian(element[4..], data - MetaAt - (at * Element));
            BinaryPrimitives.WriteInt32LittleEndian(element[8..], name.Length);
            BinaryPrimitives.WriteInt32LittleEndian(element[12..], InlineBucket);
            name.CopyTo(page[data..]);

            // No page of its own, no sequence; then the header of the inline page, a leaf without elements.
            BinaryPrimitives.WriteUInt16LittleEndian(page[(data + name.Length + 24)..], 2);
            data += name.Length + InlineBucket;
        }
    }
}
