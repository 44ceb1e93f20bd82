namespace Cairn.Repository;

/// <summary>How a point is verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>How closely it is looked at.</summary>
    public required VerifyLevel Level { get; init; }

    /// <summary>
    /// Where <see cref="VerifyLevel.Restore"/> restores to: an absolute path of a directory that is there, with room for the whole point. What is made below it is
    /// removed again. Null, the default: a directory of its own in the repository.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>
    /// A point that has lost more than this share of the files or bytes of its predecessor is flagged; 0 to 1, default 0.5. A smaller value flags more often.
    /// </summary>
    public double MaxShrinkage { get; init; } = 0.5;

    /// <summary>
    /// Whether two points of a cluster are of the same things, so that one may be held against the other: a point of a part is not a whole one that has shrunk.
    /// All are, unless the caller knows better.
    /// </summary>
    public Func<CommitRecord, CommitRecord, bool> CoverSame { get; init; } = (_, _) => true;

    /// <summary>At this level, with the defaults for all else.</summary>
    public static implicit operator VerifyOptions(VerifyLevel level) => FromVerifyLevel(level);

    /// <summary>As the conversion.</summary>
    public static VerifyOptions FromVerifyLevel(VerifyLevel level) => new() { Level = level };
}
