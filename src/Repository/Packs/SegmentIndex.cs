namespace Cairn.Repository;

/// <summary>
/// Which segments the chain has, by name; a few MiB of memory, the rest on disk. It lasts as long as one copy and is made out of the manifests. For concurrent use.
/// </summary>
internal sealed class SegmentIndex(string scratchDirectory) : IDisposable
{
    private readonly DiskTable<SegmentIndexRecord> table = new(scratchDirectory);

    public bool TryFind(Sha256Digest name, out SegmentPlace place)
    {
        var found = table.TryFind(new SegmentIndexRecord(name, default), out var record);
        place = record.Place;
        return found;
    }

    /// <summary>Takes the segment in; when the chain has it several times, any of the places is found.</summary>
    public void Add(Sha256Digest name, SegmentPlace place) => table.TryAdd(new SegmentIndexRecord(name, place));

    public void Dispose() => table.Dispose();
}
