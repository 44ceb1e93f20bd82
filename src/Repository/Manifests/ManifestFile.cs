using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>
/// A node's manifest of one point: preamble, header block, properties block, page table blocks, perhaps a block of source notes and one of new segments, summary
/// block, and a trailer of 16 bytes (magic "CRNT" (4), offset of the summary (8), CRC-32C of these 12 (4)). The entries are in pages, in packs. Opening reads
/// neither the table nor the pages. Not for concurrent use.
/// </summary>
internal sealed class ManifestFile : IDisposable
{
    public const int TrailerSize = 16;
    private const uint TrailerMagic = 0x544E5243; // "CRNT"

    private readonly BlockFile file;
    private readonly RepositoryLayout.ChainLayout chain;
    private readonly long tableAt;
    private readonly long summaryAt;

    private ManifestFile(RepositoryLayout.ChainLayout chain, BlockFile file)
    {
        this.chain = chain;
        this.file = file;
        try
        {
            Begun = PointHeaderFormat.Decode(file.ReadBlock(FilePreamble.Size, BlockKind.PointHeader, out var propertiesAt));
            Properties = new PointProperties(System.Text.Encoding.UTF8.GetString(file.ReadBlock(propertiesAt, BlockKind.Properties, out tableAt)));
            summaryAt = ReadTrailer(file.Read(file.Length - TrailerSize, TrailerSize));
            Totals = PointTotals.Decode(Begun.Point, file.ReadBlock(summaryAt, BlockKind.Summary, out var end));
            if (end != file.Length - TrailerSize)
            {
                throw new InvalidDataException("the trailer does not follow the summary");
            }
        }
        catch (InvalidDataException e)
        {
            throw new RepositoryDamagedException(file.Path, e.Message, e);
        }
    }

    public BeginPoint Begun { get; }

    public PointProperties Properties { get; }

    public PointTotals Totals { get; }

    public string Path => file.Path;

    /// <summary>Null when the file is not there.</summary>
    public static ManifestFile? TryOpen(RepositoryLayout.ChainLayout chain, PointId point)
    {
        var file = BlockFile.TryOpen(chain.Manifest(point), new BlockOwner(FileKind.Manifest, point.Text), chain.Sealing);
        if (file is null)
        {
            return null;
        }

        try
        {
            var manifest = new ManifestFile(chain, file);
            return manifest.Begun.Point == point && manifest.Begun.Chain == chain.Id
                ? manifest
                : throw new RepositoryDamagedException(file.Path, $"is the manifest of {manifest.Begun.Point} in {manifest.Begun.Chain}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static byte[] BuildTrailer(long summaryAt)
    {
        var trailer = new byte[TrailerSize];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, TrailerMagic);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(4), summaryAt);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(12), Crc32C.Compute(trailer.AsSpan(0, 12)));
        return trailer;
    }

    /// <summary>A walk of its own over the entries; disposes nothing of this manifest, which it does not need any more.</summary>
    /// <param name="onRecord">Is told of each page and list that is read.</param>
    public EntryCursor ReadEntries(Action<SegmentReference>? onRecord = null) => new(new ManifestPages(chain, Begun.Point, ReadTable(), onRecord));

    /// <summary>Where the pages are.</summary>
    public IReadOnlyList<PageReference> ReadTable()
    {
        var table = new List<PageReference>();
        foreach (var (at, kind, plain) in ReadBlocks())
        {
            try
            {
                if (kind == BlockKind.PageTable)
                {
                    PageTableFormat.Decode(plain, table);
                }
                else if (kind is not (BlockKind.SourceNotes or BlockKind.NewSegments))
                {
                    throw new InvalidDataException($"a block of kind {kind} among the page tables");
                }
            }
            catch (InvalidDataException e)
            {
                throw file.Damaged(at, e.Message);
            }
        }

        return table;
    }

    /// <summary>Source trouble that was allowed; the first ones of it.</summary>
    public IReadOnlyList<SourceNote> ReadNotes() => TryRead(BlockKind.SourceNotes, plain => SourceNotesFormat.Decode(plain)) ?? [];

    /// <summary>
    /// The segments that the point itself has stored; all others that it names were known from its base when it was made, or from another point of the chain. Null
    /// when it has no list of them.
    /// </summary>
    public IReadOnlyList<SegmentReference>? TryReadNewSegments() => TryRead(BlockKind.NewSegments, plain => NewSegmentsFormat.Decode(plain));

    /// <summary>Refuses a manifest that names a path twice.</summary>
    public void RequireOnce(bool isOnce, string path)
    {
        if (!isOnce)
        {
            throw new RepositoryDamagedException(Path, $"names '{path}' twice");
        }
    }

    /// <summary>SHA-256 of all its bytes: reads them all.</summary>
    public Sha256Digest ComputeHash(CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long offset = 0; offset < file.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = file.Read(offset, 1 << 20);
            if (bytes.Length == 0)
            {
                throw file.Damaged(offset, "the file became shorter while it was read");
            }

            sha.AppendData(bytes);
            offset += bytes.Length;
        }

        return new Sha256Digest(sha.GetHashAndReset());
    }

    public PreparedManifest Describe(Sha256Digest hash) => new()
    {
        Point = Begun.Point,
        Chain = Begun.Chain,
        Node = Begun.Node,
        Hash = hash,
        Files = Totals.Copied.Files,
        Bytes = Totals.Copied.Bytes,
        StoredBytes = Totals.StoredBytes,
        NewBytes = Totals.Copied.NewBytes,
        NewStoredBytes = Totals.Copied.NewStoredBytes,
        Segments = Totals.Segments,
        FullInsideChain = Totals.Copied.FullInsideChain,
    };

    public void Dispose() => file.Dispose();

    private T? TryRead<T>(BlockKind wanted, Func<byte[], T> decode)
        where T : class
    {
        foreach (var (at, _, plain) in ReadBlocks().Where(block => block.Kind == wanted))
        {
            try
            {
                return decode(plain);
            }
            catch (InvalidDataException e)
            {
                throw file.Damaged(at, e.Message);
            }
        }

        return null;
    }

    // What lies between the properties and the summary.
    private IEnumerable<(long At, BlockKind Kind, byte[] Plain)> ReadBlocks()
    {
        for (long at = tableAt, next; at < summaryAt; at = next)
        {
            var plain = file.ReadBlock(at, out var kind, out next);
            yield return (at, kind, plain);
        }
    }

    private long ReadTrailer(ReadOnlySpan<byte> trailer)
    {
        var offset = trailer.Length == TrailerSize ? BinaryPrimitives.ReadInt64LittleEndian(trailer[4..]) : -1;
        if (offset < tableAt || offset >= file.Length || BinaryPrimitives.ReadUInt32LittleEndian(trailer) != TrailerMagic ||
            BinaryPrimitives.ReadUInt32LittleEndian(trailer[12..]) != Crc32C.Compute(trailer[..12]))
        {
            throw new InvalidDataException("truncated or damaged: the trailer is not there");
        }

        return offset;
    }
}
