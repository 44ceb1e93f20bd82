namespace Cairn.Repository;

/// <summary>What of a point is restored, and where to. Roots that are not named are left out.</summary>
public sealed record RestoreRequest
{
    /// <summary>Which root goes where; at least one, no target inside another.</summary>
    public required IReadOnlyList<RestoreRoot> Roots { get; init; }

    /// <summary>Only entries of these classes (parents are made as needed); null: all.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// Sets owner and group where they differ from what the new file has; without the right to do so the restore fails. False: files belong to
    /// whoever restores.
    /// </summary>
    public required bool SetOwners { get; init; }
}
