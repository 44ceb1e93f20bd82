using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Cairn.Repository;

namespace Cairn.Bench.Scale;

/// <summary>Files that nobody made: their entries and segments follow from their numbers. All are immutable, so that an incremental never looks for their bytes.</summary>
internal sealed class GeneratedFiles(long count, long totalBytes)
{
    private const long Second = 1_000_000_000;
    private const int FilesPerDirectory = 10_000;
    private const long PackBytes = 1L << 30;

    public long Count { get; } = count;

    /// <summary>Plain bytes of each; one segment.</summary>
    public int FileBytes { get; } = (int)Math.Min(totalBytes / count, 16 << 20);

    /// <summary>Packs that the segments are said to be in.</summary>
    public uint Packs => (uint)((Count + RecordsPerPack - 1) / RecordsPerPack);

    // Stored at a half of their bytes.
    private int StoredBytes => FileBytes / 2;

    private long RecordsPerPack => (PackBytes - 4096) / (StoredBytes + SegmentRecord.HeaderSize);

    public SourceEntry Entry(long number) => new()
    {
        Path = string.Create(CultureInfo.InvariantCulture, $"data/shard-{number / FilesPerDirectory:d5}/{number % FilesPerDirectory:d8}-00000001.tssp"),
        Kind = EntryKind.File,
        Attributes = new UnixAttributes(0x1A4, 990, 990, (1_700_000_000 + number) * Second, FileBytes),
        Class = "data",
        Immutable = true,
        Identity = new FileIdentity(2049, (ulong)number + 12),
        PhysicalPath = "/nonexistent/generated",
        Owner = "taos",
        Group = "taos",
    };

    public SegmentReference Segment(long number)
    {
        Span<byte> seed = stackalloc byte[8];
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        BinaryPrimitives.WriteInt64LittleEndian(seed, number);
        SHA256.HashData(seed, digest);
        var (pack, at) = Math.DivRem(number, RecordsPerPack);
        return SegmentReference.Data(
            new Sha256Digest(digest),
            new SegmentPlace((uint)pack + 1, 4096 + (at * (StoredBytes + SegmentRecord.HeaderSize)), (uint)StoredBytes, (uint)FileBytes));
    }

    /// <summary>As a source offers them; every <paramref name="changedEvery"/>th has another time and is read from <paramref name="changed"/>.</summary>
    public async IAsyncEnumerable<SourceEntry> EntriesAsync(long changedEvery, string changed)
    {
        await Task.CompletedTask;
        for (long i = 0; i < Count; i++)
        {
            var entry = Entry(i);
            yield return i % changedEvery == 0
                ? entry with { PhysicalPath = changed, Attributes = entry.Attributes with { MtimeNs = entry.Attributes.MtimeNs + 1 } }
                : entry;
        }
    }
}
