namespace Cairn.Repository;

/// <summary>The bounds of <see cref="RepositoryOptions"/>.</summary>
internal static class RepositoryOptionsCheck
{
    private const long MiB = 1L << 20;

    public static void Check(RepositoryOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPackBytes, MiB, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxPackBytes, 65536 * MiB, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Workers, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Workers, 8, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CheckpointBytes, MiB, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxReadBytesPerSecond ?? MiB, MiB, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.CheckpointInterval, TimeSpan.Zero, nameof(options));
    }
}
