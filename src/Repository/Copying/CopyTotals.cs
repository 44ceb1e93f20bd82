using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>Counts what the appender puts down, each record once. Not for concurrent use.</summary>
internal sealed class CopyTotals(KnownContent known, string scratchDirectory) : IDisposable
{
    // Records of this attempt are counted as they are made; all others may be used several times, so that they are sorted first.
    private readonly DiskTable<RecordUse> uses = new(scratchDirectory);
    private readonly Dictionary<uint, (long Live, long Required)> packs = [];
    private long directories;
    private long symlinks;
    private long carriedFiles;
    private long carriedBytes;
    private long resumedBytes;
    private long newBytes;
    private long newStoredBytes;
    private long hardLinks;
    private long storedBytes;
    private long segments;
    private readonly List<SourceNote> notes = [];
    private readonly long[] troubles = new long[Enum.GetValues<SourceTrouble>().Length + 1];
    private EntryOrigin origin;

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The first of the notes.</summary>
    public IReadOnlyList<SourceNote> Notes => notes;

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
                hardLinks += entry.LinkedTo is null ? 0 : 1;
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
        Use(segment, isData: true);
    }

    /// <summary>A record that this attempt appended.</summary>
    public void AddNew(in SegmentPlace place, bool isData) => Count(place, isData ? place.PlainLength : 0);

    /// <summary>A record that is named once more.</summary>
    public void Use(in SegmentReference record, bool isData)
    {
        if (record.Place.Pack < known.NextPack)
        {
            uses.TryAdd(new RecordUse(record.Place, isData));
        }
    }

    public void Add(SourceNote note)
    {
        troubles[(int)note.Trouble]++;
        if (notes.Count < SourceNotesFormat.MaxNotes)
        {
            notes.Add(note);
        }
    }

    public PointTotals Build(PointId point)
    {
        foreach (var use in uses.ReadOnce())
        {
            Count(use.Place, use.Place.PlainLength);
        }

        return Summarize(point);
    }

    public void Dispose() => uses.Dispose();

    private void Count(in SegmentPlace place, long plainBytes)
    {
        storedBytes += place.RecordLength;
        ref var pack = ref CollectionsMarshal.GetValueRefOrAddDefault(packs, place.Pack, out _);
        pack = (pack.Live + place.RecordLength, Math.Max(pack.Required, place.Offset + place.RecordLength));
        if (known.IsOwn(place.Pack))
        {
            newBytes += plainBytes;
            newStoredBytes += place.RecordLength;
        }
    }

    private PointTotals Summarize(PointId point) => new(
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
            VanishedFiles = troubles[(int)SourceTrouble.Vanished],
            GrownFiles = troubles[(int)SourceTrouble.Grown],
            UnreadableFiles = troubles[(int)SourceTrouble.Unreadable] + troubles[(int)SourceTrouble.Incomplete],
            ChangedFiles = troubles[(int)SourceTrouble.Changed],
            NotBackedUp = troubles[(int)SourceTrouble.NotBackedUp],
            HardLinks = hardLinks,
        },
        storedBytes,
        segments,
        packs.OrderBy(p => p.Key).Select(p => new PackUse(p.Key, p.Value.Live, p.Value.Required)).ToList());
}
