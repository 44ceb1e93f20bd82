namespace Cairn.Repository;

/// <summary>What may be shown of a key slot.</summary>
/// <param name="Number">Its number, never used again in its repository.</param>
/// <param name="Kind">What opens it; null when the slot is damaged.</param>
/// <param name="Label">The operator's word for it.</param>
/// <param name="Created">When it was made; null when the slot is damaged.</param>
/// <param name="Removed">When it was removed; null while it opens the repository.</param>
/// <param name="Damage">What is wrong with the slot's file; null when nothing is.</param>
public sealed record KeySlotInfo(
    uint Number, RepositoryKeyKind? Kind, string Label, DateTimeOffset? Created, DateTimeOffset? Removed, string? Damage)
{
    /// <summary>True when its key opens the repository.</summary>
    public bool IsLive => Removed is null && Damage is null;
}
