using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Cairn.Repository;

/// <summary>
/// Looks at every segment of one manifest, each place once, and then names every file that needs a damaged one.
/// </summary>
internal sealed class PointVerifier(
    RepositoryLayout.ChainLayout chain, ManifestFile manifest, RepositoryOptions options, IProgress<CopyProgress>? progress)
{
    private const int MaxWaiting = 64;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentDictionary<SegmentPlace, string> damaged = new();
    private readonly Channel<SegmentReference> toCheck = Channel.CreateBounded<SegmentReference>(MaxWaiting);
    private readonly DamageList damages = new();
    private readonly PackInventory inventory = PackInventory.Take(chain);
    private readonly Dictionary<uint, string?> packFaults = [];
    private bool anyMissing;
    private long lastProgress = options.Time.GetTimestamp();
    private long segments;

    public async Task<VerifyReport> RunAsync(VerifyOptions how, CancellationToken cancellationToken)
    {
        var level = how.Level;
        using (var stages = new StageRunner(cancellationToken))
        {
            await stages.RunAsync(
            [
                token => WalkAsync(level, token),
                .. Enumerable.Repeat<Func<CancellationToken, Task>>(CheckAsync, level >= VerifyLevel.Hash ? options.Workers : 0),
            ]);
        }

        if (anyMissing || !damaged.IsEmpty)
        {
            NameDamaged(cancellationToken);
        }

        // What is damaged in the packs is named already, and would only stop the restore.
        if (level == VerifyLevel.Restore && damages.IsEmpty)
        {
            await new RestoreProof(chain, manifest, how.ScratchDirectory, options, damages).RunAsync(progress, cancellationToken);
        }

        var copied = manifest.Totals.Copied;
        progress?.Report(new CopyProgress(copied.Files, copied.Files, copied.Bytes, copied.Bytes));
        return damages.Report(manifest.Begun.Point, level, copied.Files, copied.Bytes, segments);
    }

    private async Task WalkAsync(VerifyLevel level, CancellationToken cancellationToken)
    {
        using var seen = new RecordUses(chain.Scratch);
        using var duplicates = new DuplicateCheck(chain.Scratch);
        try
        {
            using var entries = manifest.ReadEntries();
            for (long files = 0, bytes = 0; entries.MoveNext(); ReportProgress(files, bytes))
            {
                cancellationToken.ThrowIfCancellationRequested();
                manifest.RequireOnce(duplicates.Pass(entries.Entry.Path), entries.Entry.Path);
                while (entries.Entry.Kind == EntryKind.File && entries.NextSegment(out var segment))
                {
                    if (segment.IsZero || !seen.Add(segment.Place))
                    {
                        continue;
                    }

                    if (FindMissing(segment.Place) is not null)
                    {
                        // Found again when it is named: of a lost pack there may be more segments than fit in memory.
                        anyMissing = true;
                    }
                    else if (level >= VerifyLevel.Hash)
                    {
                        await toCheck.Writer.WriteAsync(segment, cancellationToken);
                    }
                }

                files += entries.Entry.Kind == EntryKind.File ? 1 : 0;
                bytes += entries.Entry.Attributes.Size;
            }
        }
        catch (RepositoryDamagedException e)
        {
            damages.Add(new Damage(manifest.Begun.Point, chain.Repository.Relative(e.Subject), null, null, null, e.Message));
        }
        finally
        {
            toCheck.Writer.Complete();
        }
    }

    private string? FindMissing(SegmentPlace place)
    {
        if (!packFaults.TryGetValue(place.Pack, out var fault))
        {
            fault = packFaults[place.Pack] = FindPackFault(place.Pack);
        }

        return fault ?? (inventory.Holds(place)
            ? null
            : $"the pack ends at {inventory.LengthOf(place.Pack)}, the segment at {place.Offset + place.RecordLength}");
    }

    private string? FindPackFault(uint pack)
    {
        if (!inventory.Packs.Contains(pack))
        {
            return "the pack is missing";
        }

        try
        {
            _ = PackHeader.Read(chain, pack);
            return null;
        }
        catch (RepositoryDamagedException e)
        {
            return e.Message;
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        using var loader = new SegmentLoader(chain);
        await foreach (var segment in toCheck.Reader.ReadAllAsync(cancellationToken))
        {
            if (!loader.TryLoad(segment, out _, out var finding))
            {
                damaged.TryAdd(segment.Place, finding);
            }

            Interlocked.Increment(ref segments);
        }
    }

    private void NameDamaged(CancellationToken cancellationToken)
    {
        try
        {
            using var entries = manifest.ReadEntries();
            while (entries.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (entries.Entry.Kind == EntryKind.File && entries.NextSegment(out var segment))
                {
                    if (!segment.IsZero && (FindMissing(segment.Place) ?? damaged.GetValueOrDefault(segment.Place)) is { } finding)
                    {
                        damages.Add(new Damage(
                            manifest.Begun.Point,
                            chain.Repository.Relative(chain.Pack(segment.Place.Pack)),
                            entries.Entry.Path,
                            entries.CoveredBytes - segment.Length,
                            segment.Length,
                            $"{finding} (at offset {segment.Place.Offset} of the pack)"));
                    }
                }
            }
        }
        catch (RepositoryDamagedException)
        {
            // The first walk has named it already.
        }
    }

    private void ReportProgress(long files, long bytes)
    {
        if (progress is not null && options.Time.GetElapsedTime(lastProgress) >= ProgressInterval)
        {
            lastProgress = options.Time.GetTimestamp();
            progress.Report(new CopyProgress(files, manifest.Totals.Copied.Files, bytes, manifest.Totals.Copied.Bytes));
        }
    }
}
