namespace Cairn.Agent.Journal;

/// <summary>One directory that is replaced.</summary>
/// <param name="Instance">The instance's name.</param>
/// <param name="Root">The root's name.</param>
/// <param name="Target">The live directory, resolved.</param>
/// <param name="Stage">Where the new directory is made, on the same mount.</param>
/// <param name="Old">Where the old directory goes, on the same mount.</param>
/// <param name="Content">False: an empty directory takes its place.</param>
internal sealed record RestorePart(
    string Instance, string Root, string Target, string Stage, string Old, bool Content)
{
    /// <summary>
    /// Not null: nothing is replaced. The target is a new directory in this one, which is a running database's, and nothing stands in its place.
    /// </summary>
    public string? AddedTo { get; init; }

    /// <summary>Of a new directory once it is staged: its inode, by which it is known wherever it has been moved; else 0.</summary>
    public ulong Inode { get; init; }

    /// <summary>The directory beside which stage and old ones are.</summary>
    public string Beside() => AddedTo ?? Target;
}
