using System.Threading.Channels;

namespace Cairn.Repository;

/// <summary>
/// Restores one point: a walk over the manifest makes directories and files, workers fill them, and at the end come links, the attributes of
/// directories and the sync. Links come last so that no path can lead through one.
/// </summary>
internal sealed class PointRestorer(
    RepositoryLayout.ChainLayout chain, ManifestFile manifest, RestoreRequest request, RepositoryOptions options, IProgress<CopyProgress>? progress)
{
    private const int MaxWaiting = 8;
    private const int MaxPiecesInHand = 512;

    /// <summary>Workers beside those that keep the processors busy.</summary>
    private const int WaitingForTheDisk = 2;

    /// <summary>So much is worth a hand-over when a file ends.</summary>
    private const long EnoughInHand = 4 << 20;

    /// <summary>So much of one file goes to one worker: two that write the same file wait for each other in the kernel.</summary>
    private const long MaxBytesInHand = 32 << 20;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private readonly Channel<List<Piece>> pieces = Channel.CreateBounded<List<Piece>>(MaxWaiting);
    private readonly AttributeNotes notes = new();
    private RestoreTree tree = null!;
    private AttributeRestorer attributes = null!;
    private List<Piece> inHand = [];
    private long bytesInHand;
    private long lastProgress = options.Time.GetTimestamp();
    private long filesDone;
    private long bytesDone;
    private long bytesShared;

    public async Task<RestoreReport> RunAsync(CancellationToken cancellationToken)
    {
        RestoreTargets.Prepare(request);
        attributes = new AttributeRestorer(request.SetOwners, notes);
        tree = new RestoreTree(manifest.Path, request, attributes);
        try
        {
            return await RunInTreeAsync(cancellationToken);
        }
        finally
        {
            tree.Close();
        }
    }

    private async Task<RestoreReport> RunInTreeAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var stages = new StageRunner(cancellationToken);
            await stages.RunAsync(
                [WalkAsync, .. Enumerable.Repeat<Func<CancellationToken, Task>>(FillAsync, options.Workers + WaitingForTheDisk)]);
        }
        catch
        {
            inHand.ForEach(piece => piece.File.Abandon());
            while (pieces.Reader.TryRead(out var left))
            {
                left.ForEach(piece => piece.File.Abandon());
            }

            throw;
        }

        tree.Finish();
        progress?.Report(new CopyProgress(filesDone, filesDone, bytesDone, bytesDone));
        return new RestoreReport(filesDone, tree.Directories, tree.Symlinks, bytesDone)
        {
            SharedBytes = bytesShared,
            AttributesNotKept = notes.Count,
            Notes = notes.Named,
        };
    }

    private async Task WalkAsync(CancellationToken cancellationToken)
    {
        using var duplicates = new DuplicateCheck(chain.Scratch);
        using var entries = manifest.ReadEntries();
        while (entries.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = entries.Entry;
            manifest.RequireOnce(duplicates.Pass(entry.Path), entry.Path);
            if (tree.FindTarget(entry) is not { } target)
            {
                if (entry.MayHaveLinks)
                {
                    tree.SkipFirst(entry.Path, entries.Location);
                }

                continue;
            }

            switch (entry.Kind)
            {
                case EntryKind.Directory:
                    tree.AddDirectory(target, entry);
                    break;
                case EntryKind.Symlink:
                    tree.AddSymlink(target, entry);
                    break;
                case EntryKind.File when entry.LinkedTo is { } first:
                    await WalkLinkAsync(target, entry, first, cancellationToken);
                    break;
                default:
                    tree.EnsureParent(target);
                    await WalkFileAsync(new RestoredFile(target, entry, attributes, tree.EarlierOf(target)), entries, cancellationToken);
                    break;
            }

            ReportProgress();
        }

        manifest.RequireOnce(duplicates.AllPassedOnce(), "(one of many)");
        await HandOverAsync(cancellationToken);
        pieces.Writer.Complete();
    }

    private async Task WalkLinkAsync(RestorePlace place, ManifestEntry entry, string first, CancellationToken cancellationToken)
    {
        if (tree.TakeFirst(first, place) is not { } location)
        {
            tree.AddLink(place, first);
            filesDone++;
            return;
        }

        using var content = manifest.ReadEntries();
        content.Seek(location);
        tree.EnsureParent(place);
        await WalkFileAsync(new RestoredFile(place, entry with { Attributes = content.Entry.Attributes, Sparse = content.Entry.Sparse }, attributes, tree.EarlierOf(place)), content, cancellationToken);
    }

    private async Task WalkFileAsync(RestoredFile file, EntryCursor entries, CancellationToken cancellationToken)
    {
        try
        {
            while (entries.NextSegment(out var segment))
            {
                if (segment.IsZero && !file.MayShare)
                {
                    Interlocked.Add(ref bytesDone, segment.Length);
                    continue;
                }

                if (segment.IsZero)
                {
                    file.HoldZeros();
                }
                else
                {
                    file.Hold(entries.CoveredBytes);
                }

                inHand.Add(new Piece(file, entries.CoveredBytes - segment.Length, segment));
                bytesInHand += segment.Length;
                if (inHand.Count >= MaxPiecesInHand || bytesInHand >= MaxBytesInHand)
                {
                    await HandOverAsync(cancellationToken);
                }
            }

            file.Release();
            filesDone++;
        }
        catch
        {
            file.Abandon();
            throw;
        }

        if (bytesInHand >= EnoughInHand)
        {
            await HandOverAsync(cancellationToken);
        }
    }

    // Many small files cost one hand-over.
    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        await pieces.Writer.WriteAsync(inHand, cancellationToken);
        (inHand, bytesInHand) = ([], 0);
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        using var loader = new SegmentLoader(chain);
        using var shared = new SharedContent(chain.Sealing);
        using var run = new WriteRun();
        await foreach (var batch in pieces.Reader.ReadAllAsync(cancellationToken))
        {
            batch.ForEach(piece => Fill(loader, shared, run, piece));
            run.Flush();
        }
    }

    private void Fill(SegmentLoader loader, SharedContent shared, WriteRun run, Piece piece)
    {
        var (file, offset, segment) = piece;
        try
        {
            if (segment.IsZero)
            {
                SharedContent.Clear(file, offset, segment.Length);
                file.Release();
            }
            else if (file.MayShare && shared.IsRight(file, offset, segment))
            {
                Interlocked.Add(ref bytesShared, segment.Length);
                file.Release();
            }
            else
            {
                run.Add(file, offset, Load(loader, file, offset, segment));
            }
        }
        catch
        {
            file.Abandon();
            throw;
        }

        Interlocked.Add(ref bytesDone, segment.Length);
    }

    private ReadOnlySpan<byte> Load(SegmentLoader loader, RestoredFile file, long offset, in SegmentReference segment)
    {
        if (!loader.TryLoad(segment, out var bytes, out var finding))
        {
            throw new PointDamagedException(new Damage(
                manifest.Begun.Point,
                chain.Repository.Relative(chain.Pack(segment.Place.Pack)),
                file.Entry.Path,
                offset,
                segment.Length,
                finding));
        }

        return bytes;
    }

    private void ReportProgress()
    {
        if (progress is not null && options.Time.GetElapsedTime(lastProgress) >= ProgressInterval)
        {
            lastProgress = options.Time.GetTimestamp();
            progress.Report(new CopyProgress(filesDone, FilesTotal: null, Interlocked.Read(ref bytesDone), BytesTotal: null));
        }
    }

    private readonly record struct Piece(RestoredFile File, long Offset, SegmentReference Segment);
}
