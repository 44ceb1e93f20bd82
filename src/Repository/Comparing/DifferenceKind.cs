namespace Cairn.Repository;

/// <summary>How a path differs between two points.</summary>
public enum DifferenceKind
{
    /// <summary>Only the later point has it.</summary>
    Appeared = 1,

    /// <summary>Only the earlier point has it.</summary>
    Vanished = 2,

    /// <summary>The file has more bytes.</summary>
    Grew = 3,

    /// <summary>The file has fewer bytes.</summary>
    Shrank = 4,

    /// <summary>Other content with the same size, another link target, or another kind of entry.</summary>
    Changed = 5,

    /// <summary>The same content with another mode, owner, time or extended attribute.</summary>
    Attributes = 6,
}
