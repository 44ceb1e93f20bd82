namespace Cairn.Repository;

/// <summary>
/// The first stage: pulls the entries, decides what is carried over, and reads the rest into batches. Not for concurrent use.
/// </summary>
internal sealed class SourceReader(
    BeginPoint spec, KnownContent known, CopyBatchFlow flow, DuplicateCheck duplicates, BandwidthCap cap, TimeProvider time)
{
    /// <summary>Files of more pieces are walked over twice instead of being held.</summary>
    private const int MaxHeldPieces = 1024;

    /// <summary>What a slow source has given waits no longer than this to be packed: nothing of it is journaled before.</summary>
    private static readonly TimeSpan MaxBatchAge = TimeSpan.FromSeconds(5);

    private readonly byte[] pathBytes = new byte[EntryRules.MaxPathBytes];
    private readonly List<SegmentReference> pieces = [];
    private readonly HashSet<string> lostFirsts = new(StringComparer.Ordinal);
    private int pathLength;
    private PathKey pathKey;
    private CopyBatch batch = null!;
    private long batchBegan;

    public async Task ReadAsync(IAsyncEnumerable<SourceEntry> entries, CancellationToken cancellationToken)
    {
        batch = await flow.RentAsync(cancellationToken);
        batchBegan = time.GetTimestamp();
        await foreach (var offered in entries.WithCancellation(cancellationToken))
        {
            // The next name of a file whose first name could not be taken has the content itself.
            var entry = offered.LinkedTo is { } first && lostFirsts.Contains(first) ? offered with { LinkedTo = null } : offered;
            var listed = Check(entry);
            TakePath(entry.Path);
            if (!duplicates.Pass(pathKey))
            {
                throw new InvalidEntryException(entry.Path, "this path was offered before");
            }

            if (entry.Kind != EntryKind.File || entry.LinkedTo is not null)
            {
                await BeginAsync(listed, EntryOrigin.Read, sourceProof: 0, cancellationToken);
            }
            else if (FindUnchanged(entry) is not { } unchanged)
            {
                await ReadFileAsync(entry, listed, cancellationToken);
            }
            else if (!TryCarryAtOnce(unchanged, listed))
            {
                await BeginAsync(CarriedFrom(unchanged, listed), EntryOrigin.Base, sourceProof: 0, cancellationToken);
                await CarryAsync(unchanged, isProved: false, cancellationToken);
            }
        }

        if (!duplicates.AllPassedOnce())
        {
            throw new InvalidEntryException("(one of many)", "a path was offered twice");
        }

        await flow.DispatchAsync(batch, cancellationToken);
        flow.CompleteReading();
    }

    /// <summary>The entry as the manifest has it.</summary>
    public static ManifestEntry Describe(SourceEntry entry) => new()
    {
        Path = entry.Path,
        Kind = entry.Kind,
        Attributes = entry.Attributes,
        LinkTarget = entry.LinkTarget,
        Class = entry.Class,
        Immutable = entry.Immutable,
        Sparse = false,
        Identity = entry.Identity,
        Owner = entry.Owner,
        Group = entry.Group,
        PageBytes = entry.PageBytes,
        LinkedTo = entry.LinkedTo,
        MayHaveLinks = entry.MayHaveLinks,
        ExtendedAttributes = entry.ExtendedAttributes,
    };

    private static ManifestEntry Check(SourceEntry entry)
    {
        var listed = Describe(entry);
        if (EntryRules.FindFault(listed) is { } fault)
        {
            throw new InvalidEntryException(entry.Path, fault);
        }

        if (entry.Kind == EntryKind.File && entry.LinkedTo is null && !Path.IsPathRooted(entry.PhysicalPath))
        {
            throw new InvalidEntryException(entry.Path, "a file without an absolute path to read it from");
        }

        return listed;
    }

    private static ManifestEntry CarriedFrom(EntryCursor unchanged, ManifestEntry listed) =>
        unchanged.Glance.IsSparse ? listed with { Sparse = true } : listed;

    private void TakePath(string path)
    {
        pathLength = RawText.Encode(path, pathBytes);
        pathKey = PathKey.Of(pathBytes.AsSpan(0, pathLength));
    }

    private EntryCursor? Find(EntryCatalog catalog) => catalog.Find(pathBytes.AsSpan(0, pathLength), pathKey);

    // Thousands of small files are carried over for one that is read; what fits into the batch needs no state machine.
    private bool TryCarryAtOnce(EntryCursor unchanged, ManifestEntry listed)
    {
        if (pieces.Count > MaxHeldPieces || !HasRoomFor(rawBytes: 0, operations: pieces.Count + 1))
        {
            return false;
        }

        batch.Add(Begin(CarriedFrom(unchanged, listed), EntryOrigin.Base, sourceProof: 0));
        foreach (var piece in pieces)
        {
            batch.Add(new CopyOperation { Step = CopyStep.Reference, Reference = piece });
        }

        return true;
    }

    private async Task ReadFileAsync(SourceEntry entry, ManifestEntry listed, CancellationToken cancellationToken)
    {
        using var file = await TryOpenAsync(entry, cancellationToken);
        if (file is null)
        {
            return;
        }

        if (file.HasGrown && !entry.Live)
        {
            await NoteAsync(entry, SourceTrouble.Grown, $"has grown to {file.Size} bytes, {entry.Attributes.Size} are kept", cancellationToken);
        }

        var earlier = FindAttempt(entry, file.Proof);
        await BeginAsync(
            listed with { Sparse = file.HasHoles }, earlier is null ? EntryOrigin.Read : EntryOrigin.Attempt, file.Proof, cancellationToken);
        var done = earlier is null ? 0 : await CarryAsync(earlier, isProved: true, cancellationToken);
        await ReadRestAsync(entry, file, done, cancellationToken);
        if (file.FindChange() is { } change)
        {
            await (spec.AllowSourceTrouble ? NoteAsync(entry, SourceTrouble.Changed, change, cancellationToken) : throw file.Fault(change));
        }
    }

    private async ValueTask<SourceFile?> TryOpenAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        var file = await TryOpenOrNoteAsync(entry, cancellationToken);
        if (file is null && entry.MayHaveLinks)
        {
            lostFirsts.Add(entry.Path);
        }

        return file;
    }

    private async ValueTask<SourceFile?> TryOpenOrNoteAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            var file = SourceFile.TryOpen(entry);
            if (file is null && !entry.Live)
            {
                await NoteAsync(entry, SourceTrouble.Vanished, "has vanished", cancellationToken);
            }

            return file;
        }
        catch (SourceException e) when (spec.AllowSourceTrouble)
        {
            await NoteAsync(entry, e.Trouble, e.Finding, cancellationToken);
            return null;
        }
    }

    private async Task ReadRestAsync(SourceEntry entry, SourceFile file, long start, CancellationToken cancellationToken)
    {
        var size = entry.Attributes.Size;
        var segmentBytes = SegmentSizes.Of(entry);
        for (var offset = start; offset < size;)
        {
            // Whole segments inside a hole are skipped; the cuts stay at multiples of the segment's size.
            var data = file.FindData(offset);
            var hole = data == size ? size - offset : (data - offset) / segmentBytes * segmentBytes;
            if (hole > 0)
            {
                await AddZerosAsync(hole, cancellationToken);
                offset += hole;
                continue;
            }

            var length = (int)Math.Min(segmentBytes, size - offset);
            await MakeRoomAsync(length, cancellationToken);
            try
            {
                file.Read(batch.Raw.Slice(batch.RawUsed, length), offset);
                for (var attempt = 1; Look(entry, length, offset, attempt) is { } wait; attempt++)
                {
                    await Task.Delay(wait, time, cancellationToken);
                    file.Read(batch.Raw.Slice(batch.RawUsed, length), offset);
                }
            }
            catch (SourceException e) when (spec.AllowSourceTrouble)
            {
                await NoteAsync(entry, SourceTrouble.Incomplete, $"{e.Finding}; zeros stand for all from {offset} on", cancellationToken);
                await AddZerosAsync(size - offset, cancellationToken);
                return;
            }

            batch.AddRaw(length);
            await cap.SpendAsync(length, cancellationToken);
            offset += length;
        }
    }

    private TimeSpan? Look(SourceEntry entry, int length, long offset, int attempt) =>
        entry.Check?.Look(batch.Raw.Slice(batch.RawUsed, length), offset, attempt);

    private ValueTask AddZerosAsync(long length, CancellationToken cancellationToken) =>
        AddAsync(new CopyOperation { Step = CopyStep.Reference, Reference = SegmentReference.Zeros(length) }, cancellationToken);

    private ValueTask NoteAsync(SourceEntry entry, SourceTrouble trouble, string finding, CancellationToken cancellationToken) =>
        AddAsync(new CopyOperation { Step = CopyStep.Note, Note = new SourceNote(entry.Path, trouble, finding) }, cancellationToken);

    private EntryCursor? FindUnchanged(SourceEntry entry)
    {
        if (spec.VerifyUnchanged || !entry.Immutable || entry.Identity is null || Find(known.Base) is not { } found)
        {
            return null;
        }

        var then = found.Glance;
        var same = then.IsImmutable && then.Identity == entry.Identity && !then.IsLink &&
            then.Size == entry.Attributes.Size && then.MtimeNs == entry.Attributes.MtimeNs;
        return same && TryHold(found, isProved: false) && found.CoveredBytes == entry.Attributes.Size ? found : null;
    }

    private EntryCursor? FindAttempt(SourceEntry entry, ulong proof)
    {
        // What an earlier attempt read of a live file may be from before the database's backup mode of now.
        if (entry.Live)
        {
            return null;
        }

        return Find(known.Attempts) is { } found && found.Glance is var then && then.SourceProof == proof && then.Size == entry.Attributes.Size &&
            then.IsImmutable == entry.Immutable && then.PageBytes == entry.PageBytes && TryHold(found, isProved: true)
                ? found
                : null;
    }

    // Walks over the pieces to see that every one is there, and keeps them if they are not too many.
    private bool TryHold(EntryCursor found, bool isProved)
    {
        pieces.Clear();
        while (found.NextSegment(out var piece))
        {
            if (!TryFind(ref piece, isProved))
            {
                return false;
            }

            if (pieces.Count <= MaxHeldPieces)
            {
                pieces.Add(piece);
            }
        }

        return true;
    }

    // What a journal names must have been read back where the disk may have lied; a committed point's pieces need only be there.
    private bool TryFind(ref SegmentReference piece, bool isProved)
    {
        if (piece.IsZero)
        {
            return true;
        }

        if (!isProved)
        {
            return known.Holds(piece);
        }

        var found = known.Index.TryFind(piece.Hash, out var place);
        piece = SegmentReference.Data(piece.Hash, place);
        return found;
    }

    private async Task<long> CarryAsync(EntryCursor from, bool isProved, CancellationToken cancellationToken)
    {
        if (pieces.Count <= MaxHeldPieces)
        {
            foreach (var piece in pieces)
            {
                await AddAsync(new CopyOperation { Step = CopyStep.Reference, Reference = piece }, cancellationToken);
            }

            return from.CoveredBytes;
        }

        from.SeekGlance(from.Location);
        while (from.NextSegment(out var piece) && TryFind(ref piece, isProved))
        {
            await AddAsync(new CopyOperation { Step = CopyStep.Reference, Reference = piece }, cancellationToken);
        }

        return from.CoveredBytes;
    }

    private ValueTask BeginAsync(ManifestEntry entry, EntryOrigin origin, ulong sourceProof, CancellationToken cancellationToken) =>
        AddAsync(Begin(entry, origin, sourceProof), cancellationToken);

    private static CopyOperation Begin(ManifestEntry entry, EntryOrigin origin, ulong sourceProof) =>
        new() { Step = CopyStep.BeginEntry, Entry = entry, Origin = origin, SourceProof = sourceProof };

    private async ValueTask AddAsync(CopyOperation operation, CancellationToken cancellationToken)
    {
        await MakeRoomAsync(rawBytes: 0, cancellationToken);
        batch.Add(operation);
    }

    private async ValueTask MakeRoomAsync(int rawBytes, CancellationToken cancellationToken)
    {
        if (!HasRoomFor(rawBytes, operations: 1))
        {
            await flow.DispatchAsync(batch, cancellationToken);
            batch = await flow.RentAsync(cancellationToken);
            batchBegan = time.GetTimestamp();
        }
    }

    private bool HasRoomFor(int rawBytes, int operations) =>
        batch.HasRoomFor(rawBytes, operations) && (batch.IsEmpty || time.GetElapsedTime(batchBegan) < MaxBatchAge);
}
