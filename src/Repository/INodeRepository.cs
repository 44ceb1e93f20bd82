namespace Cairn.Repository;

/// <summary>
/// The backups of one node, at one path. Members may be called concurrently; what changes the repository runs one at a time,
/// and one point is written at a time. All throw a <see cref="RepositoryException"/> for what someone can act on;
/// after any failure the same call may be repeated.
/// </summary>
public interface INodeRepository : IAsyncDisposable
{
    /// <summary>The repository's name for its whole life.</summary>
    RepositoryId Id { get; }

    /// <summary>Where it is, absolute.</summary>
    string Path { get; }

    /// <summary>The key slots of an encrypted repository; null for one that is not encrypted.</summary>
    RepositoryKeyring? Keys { get; }

    /// <summary>The committed points, oldest first. Damaged ones are listed with what is wrong, never left out.</summary>
    Task<IReadOnlyList<PointSummary>> ListPointsAsync(CancellationToken cancellationToken);

    /// <summary>The points that are neither committed nor aborted, oldest first.</summary>
    Task<IReadOnlyList<UncommittedPoint>> ListUncommittedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The points that were deleted here and may not come back, oldest first. Throws <see cref="RepositoryDamagedException"/> for a tombstone
    /// that cannot be read.
    /// </summary>
    Task<IReadOnlyList<DeletedPoint>> ListDeletedAsync(CancellationToken cancellationToken);

    /// <summary>The durable manifest of a prepared or committed point; null when there is none.</summary>
    Task<PreparedManifest?> FindPreparedAsync(PointId point, CancellationToken cancellationToken);

    /// <summary>A committed point. Throws <see cref="PointNotFoundException"/>, <see cref="RepositoryDamagedException"/>.</summary>
    Task<PointDetail> ReadPointAsync(PointId point, CancellationToken cancellationToken);

    /// <summary>
    /// The paths of a committed or prepared point, in the order of the manifest. Throws
    /// <see cref="PointNotFoundException"/>, <see cref="RepositoryDamagedException"/> (also in the middle).
    /// </summary>
    IAsyncEnumerable<ManifestEntry> ReadEntriesAsync(PointId point, CancellationToken cancellationToken);

    /// <summary>
    /// As <see cref="ReadEntriesAsync"/>, with the SHA-256 of each file's content, of those whose path is <paramref name="wanted"/>.
    /// Files of several segments are read for it.
    /// </summary>
    IAsyncEnumerable<HashedEntry> ReadHashedEntriesAsync(PointId point, Func<string, bool> wanted, CancellationToken cancellationToken);

    /// <summary>
    /// Begins a point, or takes up the interrupted copy of the same point when its journal is there. Throws <see cref="PointStateException"/>
    /// when the point is committed, aborted, deleted, begun differently, or another point is being written.
    /// </summary>
    Task<PointWriter> BeginPointAsync(BeginPoint spec, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the prepared point exist, durably. Twice is once: with the same bytes nothing happens. Throws <see cref="PointStateException"/>
    /// when nothing is prepared, the record names another manifest for this node, another record is there already, or the point was aborted or deleted.
    /// </summary>
    Task CommitAsync(PointId point, CommitRecord record, CancellationToken cancellationToken);

    /// <summary>
    /// Records that the point was given up, so that it can be neither begun nor committed any more, and sweeps what it left.
    /// Twice is once, and a point that was never begun is recorded too. Throws <see cref="PointStateException"/> for a committed point.
    /// </summary>
    Task AbortAsync(PointId point, CancellationToken cancellationToken);

    /// <summary>
    /// Looks for damage in a committed or prepared point. What is wrong is in the report; throws only <see cref="PointNotFoundException"/> and
    /// for what keeps it from looking (a scratch directory that cannot be used: <see cref="RestoreTargetException"/>).
    /// </summary>
    Task<VerifyReport> VerifyAsync(PointId point, VerifyOptions options, IProgress<CopyProgress>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Brings roots of a committed point to empty directories, durably; every segment's hash is checked. Throws
    /// <see cref="RestoreTargetException"/> before anything is written, <see cref="PointDamagedException"/> naming the file and offset. After a failure the targets hold
    /// an unfinished restore and are the caller's to remove.
    /// </summary>
    Task<RestoreReport> RestoreAsync(PointId point, RestoreRequest request, IProgress<CopyProgress>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a point on this node: tombstone, record, manifest, then the packs that nothing names. Never breaks another point. Deleting a point that this node
    /// never had leaves the tombstone. Throws <see cref="PointStateException"/> while a point is being copied into the same chain, or for a prepared point
    /// (which is aborted instead).
    /// </summary>
    Task<DeleteReport> DeletePointAsync(PointId point, CancellationToken cancellationToken);

    /// <summary>
    /// What <see cref="DeletePointAsync"/> would free, changing nothing. Throws <see cref="PointNotFoundException"/> when this node has nothing of the point.
    /// </summary>
    Task<DeleteReport> PlanDeletionAsync(PointId point, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what nothing uses and is older than <paramref name="grace"/>: never anything of a point, committed or not. With <paramref name="remove"/> false it only
    /// looks, which a repository opened read-only can do too.
    /// </summary>
    Task<SweepReport> SweepAsync(TimeSpan grace, bool remove, CancellationToken cancellationToken);

    /// <summary>
    /// The paths in which two committed points differ, in no order. Throws <see cref="PointNotFoundException"/>, <see cref="RepositoryDamagedException"/> (also in
    /// the middle).
    /// </summary>
    IAsyncEnumerable<PointDifference> CompareAsync(PointId earlier, PointId later, CancellationToken cancellationToken);

    /// <summary>
    /// Brings a whole committed point to a directory that is absent or empty, each root under its own name, durably; owners are set when the process may. Throws as
    /// <see cref="RestoreAsync"/> does.
    /// </summary>
    Task<RestoreReport> ExportPlainAsync(PointId point, string directory, IProgress<CopyProgress>? progress, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a committed point, or what of it is wanted, to <paramref name="destination"/> as a POSIX tar (pax), every segment's hash checked. Throws
    /// <see cref="PointNotFoundException"/>, <see cref="PointDamagedException"/>; after a failure what was written is no whole archive.
    /// </summary>
    Task<ExportReport> ExportTarAsync(PointId point, ExportRequest request, Stream destination, CancellationToken cancellationToken);
}
