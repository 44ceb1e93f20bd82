namespace Cairn.Repository;

/// <summary>
/// The last stage: takes packed batches in order, appends what is new to packs, and journals entries with their places. Not for concurrent use.
/// </summary>
internal sealed class CopyAppender(
    KnownContent known,
    CopyBatchFlow flow,
    PackWriter packs,
    PageWriter pages,
    CopyTotals totals,
    NewSegments newSegments,
    CopyCheckpoint checkpoint,
    RepositoryOptions options,
    IProgress<CopyProgress>? progress)
{
    private const int MaxWaitingBlocks = 32;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private readonly EntryWriter entries = new();
    private readonly List<byte[]> waitingBlocks = [];
    private long lastCheckpoint = options.Time.GetTimestamp();
    private long lastProgress = options.Time.GetTimestamp();
    private long bytesSinceCheckpoint;
    private bool isJournaled;

    public async Task AppendAsync(CancellationToken cancellationToken)
    {
        await foreach (var batch in flow.InOrderAsync(cancellationToken))
        {
            await batch.WhenPacked.WaitAsync(cancellationToken);
            Append(batch);
            await flow.ReturnAsync(batch, cancellationToken);
            if (IsCheckpointDue())
            {
                await BeginCheckpointAsync(syncJournal: true);
            }

            ReportProgress();
        }

        pages.Finish();
        await BeginCheckpointAsync(syncJournal: false);
        await checkpoint.WhenDone();
        progress?.Report(new CopyProgress(totals.Files, totals.Files, totals.Bytes, totals.Bytes));
    }

    private void Append(CopyBatch batch)
    {
        // Neighbouring records are written at once: one call for thousands of small files.
        var (spanStart, spanEnd) = (0, 0);
        foreach (ref var operation in batch.Operations)
        {
            switch (operation.Step)
            {
                case CopyStep.BeginEntry:
                    Begin(operation);
                    totals.Begin(operation.Entry!, operation.Origin);
                    break;
                case CopyStep.Reference:
                    Put(operation.Reference, isReference: true);
                    break;
                case CopyStep.Raw:
                    Put(Place(batch, ref operation, ref spanStart, ref spanEnd), isReference: false);
                    break;
                case CopyStep.Note:
                    totals.Add(operation.Note!);
                    break;
            }

            // A full block stands until the batch's records are appended: it may name some of them.
            if (entries.IsFull)
            {
                waitingBlocks.Add(entries.TakeBlock());
            }
        }

        Flush(batch, ref spanStart, ref spanEnd);
    }

    private void Begin(in CopyOperation operation)
    {
        pages.Begin(operation.Entry!);

        // What comes from the base is found there again; the journal holds what was read.
        isJournaled = operation.Origin != EntryOrigin.Base;
        if (isJournaled)
        {
            entries.Begin(operation.Entry!, operation.SourceProof);
        }
    }

    private SegmentReference Place(CopyBatch batch, ref CopyOperation operation, ref int spanStart, ref int spanEnd)
    {
        if (operation.IsZero)
        {
            return SegmentReference.Zeros(operation.RawLength);
        }

        if (known.Index.TryFind(operation.Hash, out var place))
        {
            return SegmentReference.Data(operation.Hash, place);
        }

        var recordLength = SegmentRecord.HeaderSize + operation.StoredLength;
        if (operation.RecordOffset != spanEnd || packs.WouldRoll(spanEnd - spanStart, recordLength))
        {
            Flush(batch, ref spanStart, ref spanEnd);
            spanStart = spanEnd = operation.RecordOffset;
        }

        var (pack, offset) = packs.Reserve(spanEnd - spanStart, recordLength);
        place = new SegmentPlace(pack, offset, (uint)operation.StoredLength, (uint)operation.RawLength);
        spanEnd += recordLength;
        known.Index.Add(operation.Hash, place);
        totals.AddNew(place, isData: true);
        bytesSinceCheckpoint += operation.RawLength;
        var stored = SegmentReference.Data(operation.Hash, place);
        newSegments.Add(stored);
        return stored;
    }

    private void Flush(CopyBatch batch, ref int spanStart, ref int spanEnd)
    {
        if (spanEnd > spanStart)
        {
            packs.Append(batch.Packed[spanStart..spanEnd]);
            spanStart = spanEnd;
        }
    }

    private void Put(in SegmentReference segment, bool isReference)
    {
        pages.Add(segment);
        newSegments.AddOfEarlierAttempt(segment);
        if (isJournaled)
        {
            entries.Add(segment);
        }

        totals.Add(segment, isReference);
    }

    private bool IsCheckpointDue() =>
        bytesSinceCheckpoint >= options.CheckpointBytes ||
        waitingBlocks.Count >= MaxWaitingBlocks ||
        options.Time.GetElapsedTime(lastCheckpoint) >= options.CheckpointInterval;

    private async Task BeginCheckpointAsync(bool syncJournal)
    {
        if (!entries.IsEmpty)
        {
            waitingBlocks.Add(entries.TakeBlock());
        }

        var blocks = waitingBlocks.ToList();
        waitingBlocks.Clear();
        await checkpoint.BeginAsync(blocks, syncJournal);
        bytesSinceCheckpoint = 0;
        lastCheckpoint = options.Time.GetTimestamp();
    }

    private void ReportProgress()
    {
        if (progress is not null && options.Time.GetElapsedTime(lastProgress) >= ProgressInterval)
        {
            lastProgress = options.Time.GetTimestamp();
            progress.Report(new CopyProgress(totals.Files, FilesTotal: null, totals.Bytes, BytesTotal: null));
        }
    }
}
