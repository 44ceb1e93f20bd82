namespace Cairn.Agent.Journal;

/// <summary>How far a restore has come on this node. What each directory is, is decided by what is on disk.</summary>
internal enum RestoreState
{
    /// <summary>The stage is being filled; live data are untouched.</summary>
    Staging,

    /// <summary>The stage is complete and durable; live data are untouched.</summary>
    Staged,

    /// <summary>From here it rolls forward; live data may be untouched, guarded or new.</summary>
    Decided,

    /// <summary>The new data are in place, the old ones beside.</summary>
    Swapped,

    /// <summary>From here it rolls back; live data may be new, guarded or old.</summary>
    Undoing,

    /// <summary>The old data are in place again, the new ones beside.</summary>
    Undone,

    /// <summary>What is beside is being removed.</summary>
    Discarding,

    /// <summary>Nothing is beside any more.</summary>
    Discarded,
}
