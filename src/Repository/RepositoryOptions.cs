namespace Cairn.Repository;

/// <summary>How a repository is opened.</summary>
public sealed record RepositoryOptions
{
    /// <summary>Opens without the writer's lock; nothing can be changed. A path that is no repository is refused, not created.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// What opens an encrypted repository, or what a new one is encrypted with; null for one that is not. Whoever gives it disposes it, when the
    /// repository is open.
    /// </summary>
    public RepositoryKey? Key { get; init; }

    /// <summary>
    /// Bytes after which a new pack is begun; from 1 MiB to 64 GiB, default 1 GiB. A larger value makes fewer files, and more dead bytes
    /// stay when points are deleted.
    /// </summary>
    public long MaxPackBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Workers that hash and compress; 1 to 8, default the number of processors. Each costs about 12 MiB of memory.
    /// </summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>
    /// After how many plain bytes the copy is made durable and journaled; from 1 MiB, default 256 MiB. That much work is repeated at most when a copy
    /// is interrupted. A smaller value costs more syncs.
    /// </summary>
    public long CheckpointBytes { get; init; } = 256L << 20;

    /// <summary>After how long the copy is made durable and journaled; default 10 s.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The most bytes per second that a copy reads from its source, taken over a second; null, the default, for no limit. From 1 MiB. A smaller value leaves
    /// more of the disks to the database, and the copy takes longer.
    /// </summary>
    public long? MaxReadBytesPerSecond { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
