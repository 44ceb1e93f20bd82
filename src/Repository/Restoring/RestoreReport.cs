namespace Cairn.Repository;

/// <summary>What a restore made.</summary>
public sealed record RestoreReport(long Files, long Directories, long Symlinks, long Bytes)
{
    /// <summary>Of the bytes those that were right in <see cref="RestoreRoot.Earlier"/> and share its blocks.</summary>
    public long SharedBytes { get; init; }

    /// <summary>How much of the entries' attributes this file system or user could not take; the data came back all the same.</summary>
    public long AttributesNotKept { get; init; }

    /// <summary>The first thousand of them.</summary>
    public IReadOnlyList<AttributeNote> Notes { get; init; } = [];
}
