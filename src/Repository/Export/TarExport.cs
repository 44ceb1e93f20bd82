namespace Cairn.Repository;

/// <summary>
/// Writes a point as a tar stream, one entry after the other in the manifest's order. Only the map of a sparse file is held in memory, one pair of numbers per
/// run of data.
/// </summary>
internal static class TarExport
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    public static async Task<ExportReport> RunAsync(
        OpenedPoint point, ExportRequest request, Stream destination, CancellationToken cancellationToken)
    {
        using var loader = new SegmentLoader(point.Chain);
        using var entries = point.Manifest.ReadEntries();
        using var maps = point.Manifest.ReadEntries();
        using var duplicates = new DuplicateCheck(point.Chain.Scratch);
        var writer = new TarWriter(destination);
        long count = 0;
        long bytes = 0;
        while (entries.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = entries.Entry;
            point.Manifest.RequireOnce(duplicates.Pass(entry.Path), entry.Path);
            if (!request.Wanted(entry.Path))
            {
                continue;
            }

            entry = entry with { Path = request.Name(entry.Path), LinkedTo = entry.LinkedTo is { } first ? request.Name(first) : null };
            if (entry is { Kind: EntryKind.File, LinkedTo: null })
            {
                maps.Seek(entries.Location);
                var map = entry.Sparse ? TarSparseMap.Of(maps) : null;
                await writer.BeginAsync(entry, map, cancellationToken);
                await WriteContentAsync(point, entries, loader, writer, skipZeros: map is not null, cancellationToken);
                await writer.EndAsync(cancellationToken);
                bytes += entry.Attributes.Size;
            }
            else
            {
                await writer.BeginAsync(entry, map: null, cancellationToken);
            }

            count++;
        }

        point.Manifest.RequireOnce(duplicates.AllPassedOnce(), "(one of many)");
        await writer.FinishAsync(cancellationToken);
        return new ExportReport(count, bytes);
    }

    private static async Task WriteContentAsync(
        OpenedPoint point, EntryCursor entries, SegmentLoader loader, TarWriter writer, bool skipZeros, CancellationToken cancellationToken)
    {
        while (entries.NextSegment(out var piece))
        {
            if (!piece.IsZero)
            {
                await writer.WriteAsync(Load(point, entries, loader, piece), cancellationToken);
            }
            else if (!skipZeros)
            {
                for (var left = piece.Length; left > 0; left -= Zeros.Length)
                {
                    await writer.WriteAsync(Zeros.AsMemory(0, (int)Math.Min(left, Zeros.Length)), cancellationToken);
                }
            }
        }
    }

    private static byte[] Load(OpenedPoint point, EntryCursor entries, SegmentLoader loader, in SegmentReference piece) =>
        loader.TryLoad(piece, out var bytes, out var finding)
            ? bytes.ToArray()
            : throw new PointDamagedException(new Damage(
                point.Manifest.Begun.Point,
                point.Chain.Repository.Relative(point.Chain.Pack(piece.Place.Pack)),
                entries.Entry.Path,
                entries.CoveredBytes - piece.Length,
                piece.Length,
                finding));
}
