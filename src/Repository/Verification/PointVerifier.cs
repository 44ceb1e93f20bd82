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

        if (!damaged.IsEmpty)
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
        var inventory = PackInventory.Take(chain);
        var seen = new HashSet<(uint Pack, long Offset)>();
        var packs = new Dictionary<uint, string?>();
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
                    if (segment.IsZero || !seen.Add((segment.Place.Pack, segment.Place.Offset)))
                    {
                        continue;
                    }

                    if (FindMissing(segment.Place, inventory, packs) is { } missing)
                    {
                        damaged.TryAdd(segment.Place, missing);
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

    private string? FindMissing(SegmentPlace place, PackInventory inventory, Dictionary<uint, string?> packs)
    {
        if (!packs.TryGetValue(place.Pack, out var fault))
        {
            fault = packs[place.Pack] = FindPackFault(place.Pack, inventory);
        }

        return fault ?? (inventory.Holds(place)
            ? null
            : $"the pack ends at {inventory.LengthOf(place.Pack)}, the segment at {place.Offset + place.RecordLength}");
    }

    private string? FindPackFault(uint pack, PackInventory inventory)
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
                    if (!segment.IsZero && damaged.TryGetValue(segment.Place, out var finding))
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
