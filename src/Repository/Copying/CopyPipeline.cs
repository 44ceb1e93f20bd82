namespace Cairn.Repository;

/// <summary>
/// One attempt at a copy: read → hash and compress on several workers → append in order, with a fixed number of buffers between them.
/// </summary>
internal static class CopyPipeline
{
    /// <summary>What the buffers of all batches may take together.</summary>
    private const long MaxBufferBytes = 80L << 20;

    /// <summary>
    /// Everything is durable in packs when this returns. The journal has all entries; the caller appends what the manifest takes over and syncs it.
    /// </summary>
    public static async Task<CopyResult> RunAsync(
        RepositoryLayout.ChainLayout chain,
        BeginPoint spec,
        KnownContent known,
        JournalWriter journal,
        RepositoryOptions options,
        IAsyncEnumerable<SourceEntry> entries,
        IProgress<CopyProgress>? progress,
        CancellationToken cancellationToken)
    {
        using var flow = new CopyBatchFlow(maxBatches: (int)Math.Min(options.Workers + 2, MaxBufferBytes / CopyBatch.Footprint));
        var numbers = new PackNumbers(known.NextPack);
        using var totals = new CopyTotals(known, chain.Scratch);
        using var packs = new PackWriter(chain, PackKind.Data, spec.Point, numbers, options.MaxPackBytes);
        using var pagePacks = new PackWriter(chain, PackKind.Pages, spec.Point, numbers, options.MaxPackBytes);
        using var records = new RecordStore(pagePacks, known.Records, chain.Sealing, totals);
        var pages = new PageWriter(records.Store);
        await using var checkpoint = new CopyCheckpoint(chain, journal, [packs, pagePacks]);
        using var duplicates = new DuplicateCheck(chain.Scratch);
        var reader = new SourceReader(spec, known, flow, duplicates, new BandwidthCap(options.MaxReadBytesPerSecond, options.Time), options.Time);
        var newSegments = new NewSegments(known, isIncremental: spec.BasePoint is not null && !known.BaseIsMissing);
        var appender = new CopyAppender(known, flow, packs, pages, totals, newSegments, checkpoint, options, progress);
        using var stages = new StageRunner(cancellationToken);
        await stages.RunAsync(
        [
            token => reader.ReadAsync(entries, token),
            .. Enumerable.Repeat<Func<CancellationToken, Task>>(token => PackAsync(chain, spec, known, flow, token), options.Workers),
            appender.AppendAsync,
        ]);
        return new CopyResult(totals.Build(spec.Point), pages.Table, totals.Notes, newSegments.Listed);
    }

    private static async Task PackAsync(
        RepositoryLayout.ChainLayout chain, BeginPoint spec, KnownContent known, CopyBatchFlow flow, CancellationToken cancellationToken)
    {
        using var packer = new SegmentPacker(spec.Compression, known.Index, chain.Sealing);
        await foreach (var batch in flow.ToPackAsync(cancellationToken))
        {
            packer.Pack(batch);
            batch.SetPacked();
        }
    }
}
