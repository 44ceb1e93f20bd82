namespace Cairn.Repository;

/// <summary>
/// Copies one node's part of a point and prepares its manifest. Disposing gives the place free for another point; what was
/// journaled stays and is resumed when the same point is begun again. Not for concurrent use.
/// </summary>
public sealed class PointWriter : IAsyncDisposable
{
    internal PointWriter(BeginPoint spec) => Spec = spec;

    /// <summary>How the point was begun.</summary>
    public BeginPoint Spec { get; }

    /// <summary>What the copy did, when it is complete (also before a restart of the process); null while it is not.</summary>
    public PreparedPoint? Copied { get; private set; }

    /// <summary>
    /// The copy: reads, hashes, stores what the chain has not got; returns when packs and journal are durable. When the copy is complete
    /// already it returns the same result without looking at <paramref name="entries"/>. Throws <see cref="SourceException"/>,
    /// <see cref="InvalidEntryException"/>, <see cref="RepositoryFullException"/>; after any failure the point can be begun again.
    /// </summary>
    public Task<PreparedPoint> WriteAsync(
        IAsyncEnumerable<SourceEntry> entries, IProgress<CopyProgress>? progress, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>
    /// Makes the manifest durable. Twice is once: a manifest that is there is returned as it is. Throws
    /// <see cref="PointStateException"/> while the copy is not complete, <see cref="ArgumentException"/> when <paramref name="properties"/> are too large.
    /// </summary>
    public Task<PreparedManifest> PrepareAsync(PointProperties properties, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
