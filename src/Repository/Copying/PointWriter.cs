using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Copies one node's part of a point and prepares its manifest. Disposing gives the place free for another point; what was
/// journaled stays and is resumed when the same point is begun again. Not for concurrent use.
/// </summary>
public sealed class PointWriter : IAsyncDisposable
{
    private readonly PointLifecycle lifecycle;
    private readonly RepositoryOptions options;
    private readonly RepositoryLayout.ChainLayout chain;
    private readonly CancellationTokenSource disposed = new();
    private Task running = Task.CompletedTask;

    internal PointWriter(
        PointLifecycle lifecycle, RepositoryOptions options, RepositoryLayout.ChainLayout chain, BeginPoint spec, PreparedPoint? copied) =>
        (this.lifecycle, this.options, this.chain, Spec, Copied) = (lifecycle, options, chain, spec, copied);

    /// <summary>How the point was begun.</summary>
    public BeginPoint Spec { get; }

    /// <summary>What the copy did, when it is complete (also before a restart of the process); null while it is not.</summary>
    public PreparedPoint? Copied { get; private set; }

    /// <summary>
    /// The copy: reads, hashes, stores what the chain has not got; returns when packs and journal are durable. When the copy is complete
    /// already it returns the same result without looking at <paramref name="entries"/>. Throws <see cref="SourceException"/>,
    /// <see cref="InvalidEntryException"/>, <see cref="RepositoryFullException"/>; after any failure it may be called again and takes up what was
    /// journaled. Behind a mutable file <paramref name="entries"/> are asked for more when it has been read. <paramref name="progress"/> is called
    /// on the copy's own threads.
    /// </summary>
    public Task<PreparedPoint> WriteAsync(
        IAsyncEnumerable<SourceEntry> entries, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
        if (!running.IsCompleted)
        {
            throw new InvalidOperationException("this writer is copying or preparing already");
        }

        var write = Task.Run(() => RunAsync(entries, progress, cancellationToken), CancellationToken.None);
        running = write;
        return write;
    }

    /// <summary>
    /// Makes the manifest durable. Twice is once: a manifest that is there is returned as it is. Throws
    /// <see cref="PointStateException"/> while the copy is not complete, <see cref="ArgumentException"/> when <paramref name="properties"/> are too large.
    /// </summary>
    public Task<PreparedManifest> PrepareAsync(PointProperties properties, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
        if (Encoding.UTF8.GetByteCount(properties.Json) > PointProperties.MaxBytes)
        {
            throw new ArgumentException($"the properties have more than {PointProperties.MaxBytes} bytes", nameof(properties));
        }

        var prepare = Task.Run(() => Prepare(properties, cancellationToken), CancellationToken.None);
        running = prepare;
        return prepare;
    }

    /// <summary>Stops a copy that is running and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!disposed.IsCancellationRequested)
        {
            await disposed.CancelAsync();

            // Its failure went to whoever awaits WriteAsync.
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lifecycle.Release(this);
            disposed.Dispose();
        }
    }

    private async Task<PreparedPoint> RunAsync(
        IAsyncEnumerable<SourceEntry> entries, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        if (Copied is not null)
        {
            return Copied;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposed.Token);
        await using var listing = EntryListing.Begin(entries, stop.Token);
        var committed = new PointCatalog(chain.Repository).ListCommitted(chain);
        var earlier = chain.ListAttempts(Spec.Point);
        using var known = KnownContent.Load(chain, Spec, committed, stop.Token);
        using var journal = JournalWriter.Create(chain, Spec, earlier.Count == 0 ? 1 : earlier[^1] + 1);
        var result = await CopyPipeline.RunAsync(chain, Spec, known, journal, options, listing.ReadAsync(stop.Token), progress, stop.Token);
        foreach (var table in PageTableFormat.Encode(result.Pages))
        {
            journal.Append(BlockKind.PageTable, table);
        }

        if (result.Notes.Count > 0)
        {
            journal.Append(BlockKind.SourceNotes, SourceNotesFormat.Encode(result.Notes));
        }

        if (result.NewSegments is { } stored)
        {
            journal.Append(BlockKind.NewSegments, NewSegmentsFormat.Encode(stored));
        }

        journal.Append(BlockKind.Summary, result.Totals.Encode());
        journal.Sync();

        // The complete journal holds all that the earlier attempts proved.
        foreach (var attempt in earlier)
        {
            DurableFile.RemoveIfThere(chain.Journal(Spec.Point, attempt));
        }

        return Copied = result.Totals.Copied;
    }

    private PreparedManifest Prepare(PointProperties properties, CancellationToken cancellationToken)
    {
        using (var there = ManifestFile.TryOpen(chain, Spec.Point))
        {
            if (there is not null)
            {
                return there.Describe(there.ComputeHash(cancellationToken));
            }
        }

        var attempts = chain.ListAttempts(Spec.Point);
        using var journal = attempts.Count == 0 ? null : JournalFile.TryOpen(chain, Spec.Point, attempts[^1]);
        var totals = journal?.TryReadTotals() ??
            throw new PointStateException(Spec.Point, "the copy is not complete, so there is nothing to prepare", "finish the copy first");
        var prepared = ManifestBuilder.Build(chain, journal, totals, properties, cancellationToken);
        foreach (var attempt in attempts)
        {
            DurableFile.RemoveIfThere(chain.Journal(Spec.Point, attempt));
        }

        SweepUnusedPacks(totals);
        return prepared;
    }

    // An interrupted attempt may have left packs that no checkpoint named.
    private void SweepUnusedPacks(PointTotals totals)
    {
        var used = totals.Packs.Select(p => p.Pack).ToHashSet();
        foreach (var pack in chain.ListPacks().Where(p => !used.Contains(p)))
        {
            if (PackHeader.TryRead(chain, pack)?.Point == Spec.Point)
            {
                DurableFile.RemoveIfThere(chain.Pack(pack));
            }
        }
    }
}
