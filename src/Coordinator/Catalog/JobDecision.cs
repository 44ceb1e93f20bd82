namespace Cairn.Coordinator.Catalog;

/// <summary>The one durable choice of a job. Once it is anything but <see cref="None"/> it never changes.</summary>
internal enum JobDecision
{
    /// <summary>Nothing is decided; a failure undoes everything.</summary>
    None = 0,

    /// <summary>A backup: all manifests are durable and the commit record is fixed. It only goes forward.</summary>
    Committing = 1,

    /// <summary>A backup or a restore: it is being cleaned up. It only goes back.</summary>
    Aborted = 2,

    /// <summary>
    /// A restore: every node has staged and verified its part. A deletion: the point is gone. It only goes forward.
    /// </summary>
    Decided = 3,
}
