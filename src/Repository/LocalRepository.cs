using System.Diagnostics.CodeAnalysis;

namespace Cairn.Repository;

/// <summary>A repository in a directory of this host.</summary>
public static class LocalRepository
{
    /// <summary>
    /// Opens the repository at <paramref name="path"/>, or makes one in an absent or empty directory; takes the writer's lock unless
    /// <see cref="RepositoryOptions.ReadOnly"/>; finishes deletions that a crash interrupted. Throws <see cref="RepositoryPathNotOursException"/>,
    /// <see cref="UnsupportedFormatException"/>, <see cref="RepositoryLockedException"/>, <see cref="ZstdUnavailableException"/>.
    /// </summary>
    [SuppressMessage("Usage", "CA1801")]
    public static Task<INodeRepository> OpenOrCreateAsync(
        string path, RepositoryOptions options, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
