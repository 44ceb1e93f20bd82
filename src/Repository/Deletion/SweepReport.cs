namespace Cairn.Repository;

/// <summary>What a sweep removed, or would remove.</summary>
public sealed record SweepReport
{
    /// <summary>The most leftovers that are listed one by one.</summary>
    public const int MaxListed = 1000;

    /// <summary>Files that no point uses and no copy is making.</summary>
    public required int Files { get; init; }

    /// <summary>Their bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The first <see cref="MaxListed"/>, by their paths in the repository.</summary>
    public required IReadOnlyList<string> Listed { get; init; }

    /// <summary>Leftovers that are younger than the grace time and stay for now.</summary>
    public required int Young { get; init; }

    /// <summary>Chains that were not judged, with the reason: a manifest that cannot be read, or a copy that is running.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }
}
