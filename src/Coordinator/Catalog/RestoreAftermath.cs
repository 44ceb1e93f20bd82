namespace Cairn.Coordinator.Catalog;

/// <summary>What became of the old data that a decided restore left beside.</summary>
internal enum RestoreAftermath
{
    /// <summary>They are still beside.</summary>
    Beside = 0,

    /// <summary>An undo has begun on some node; it can only be finished.</summary>
    Undoing = 1,

    /// <summary>They are in place again.</summary>
    Undone = 2,

    /// <summary>They are being removed; an undo is not possible any more.</summary>
    Discarding = 3,

    /// <summary>They are gone.</summary>
    Discarded = 4,
}
