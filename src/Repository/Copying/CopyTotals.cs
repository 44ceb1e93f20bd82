namespace Cairn.Repository;

/// <summary>Counts what the appender puts down. Not for concurrent use.</summary>
internal sealed class CopyTotals(KnownContent known)
{
    private readonly SortedDictionary<uint, (long Live, long Required)> packs = [];
    private long directories;
    private long symlinks;
    private long carriedFiles;
    private long carriedBytes;
    private long resumedBytes;
    private long newBytes;
    private long newStoredBytes;
    private long vanished;
    private long grown;
    private long storedBytes;
    private long segments;
    private EntryOrigin origin;

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    public void Begin(ManifestEntry entry, EntryOrigin from)
    {
        origin = from;
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                directories++;
                break;
            case EntryKind.Symlink:
                symlinks++;
                break;
            default:
                Files++;
                carriedFiles += from == EntryOrigin.Base ? 1 : 0;
                break;
        }
    }

    /// <summary>One piece of the current file; <paramref name="isReference"/>: taken over, not read.</summary>
    public void Add(in SegmentReference segment, bool isReference)
    {
        Bytes += segment.Length;
        carriedBytes += isReference && origin == EntryOrigin.Base ? segment.Length : 0;
        resumedBytes += isReference && origin == EntryOrigin.Attempt ? segment.Length : 0;
        if (segment.IsZero)
        {
            return;
        }

        segments++;
        if (!known.Index.MarkUsed(segment.Hash))
        {
            return;
        }

        var place = segment.Place;
        storedBytes += place.RecordLength;
        var (live, required) = packs.GetValueOrDefault(place.Pack);
        packs[place.Pack] = (live + place.RecordLength, Math.Max(required, place.Offset + place.RecordLength));
        if (known.IsOwn(place.Pack))
        {
            newBytes += place.PlainLength;
            newStoredBytes += place.RecordLength;
        }
    }

    public void AddVanished() => vanished++;

    public void AddGrown() => grown++;

    public PointTotals Build(PointId point) => new(
        new PreparedPoint
        {
            Point = point,
            FullInsideChain = known.BaseIsMissing,
            Files = Files,
            Directories = directories,
            Symlinks = symlinks,
            Bytes = Bytes,
            CarriedFiles = carriedFiles,
            CarriedBytes = carriedBytes,
            ResumedBytes = resumedBytes,
            NewBytes = newBytes,
            NewStoredBytes = newStoredBytes,
            VanishedFiles = vanished,
            GrownFiles = grown,
        },
        storedBytes,
        segments,
        packs.Select(p => new PackUse(p.Key, p.Value.Live, p.Value.Required)).ToList());
}
