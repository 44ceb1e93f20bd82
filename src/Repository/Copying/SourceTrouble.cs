namespace Cairn.Repository;

/// <summary>What may be wrong with a source file.</summary>
public enum SourceTrouble
{
    /// <summary>It was gone when its turn came; it is not in the point.</summary>
    Vanished = 1,

    /// <summary>It had grown since it was listed; the listed length is kept.</summary>
    Grown = 2,

    /// <summary>It could not be read; it is not in the point.</summary>
    Unreadable = 3,

    /// <summary>It changed while it was read; what was read is kept, and may be a mixture.</summary>
    Changed = 4,

    /// <summary>It is a device, a socket, a pipe or anything else that is not backed up; it is not in the point.</summary>
    NotBackedUp = 5,

    /// <summary>It could not be read to its end; zeros stand for what is missing.</summary>
    Incomplete = 6,
}
