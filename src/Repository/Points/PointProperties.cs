namespace Cairn.Repository;

/// <summary>
/// The engine's facts about this node's part (roles, roots and their target paths, versions, capture times) as JSON that
/// the repository carries and does not read. At most 4 MiB of UTF-8.
/// </summary>
public sealed record PointProperties(string Json)
{
    /// <summary>The most bytes of UTF-8 that <see cref="Json"/> may have.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;
}
