namespace Cairn.Repository;

/// <summary>What a verification looked at and found.</summary>
public sealed record VerifyReport
{
    /// <summary>The most damages that are listed one by one.</summary>
    public const int MaxListed = 1000;

    /// <summary>The point.</summary>
    public required PointId Point { get; init; }

    /// <summary>How closely it was looked at.</summary>
    public required VerifyLevel Level { get; init; }

    /// <summary>Files in the point.</summary>
    public required long Files { get; init; }

    /// <summary>Plain bytes in the point.</summary>
    public required long Bytes { get; init; }

    /// <summary>Different segments read and hashed; 0 at <see cref="VerifyLevel.Presence"/>.</summary>
    public required long Segments { get; init; }

    /// <summary>How many damages there are.</summary>
    public required long DamageCount { get; init; }

    /// <summary>The first <see cref="MaxListed"/> damages.</summary>
    public required IReadOnlyList<Damage> Damages { get; init; }

    /// <summary>Set when the point is much smaller than its predecessor. It is no damage: whoever looks must know why.</summary>
    public Shrinkage? Shrunk { get; init; }

    /// <summary>Nothing wrong was found.</summary>
    public bool IsSound => DamageCount == 0;
}
