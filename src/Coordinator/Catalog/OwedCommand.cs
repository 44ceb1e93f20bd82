namespace Cairn.Coordinator.Catalog;

/// <summary>A command that an agent must get, however long it is away. Numbers are kept in the catalog.</summary>
internal enum OwedCommand
{
    Commit = 1,
    Abort = 2,

    /// <summary>Of the stage of a restore that was called off.</summary>
    Discard = 3,
    Decide = 4,
    Swap = 5,

    /// <summary>Of a node's part of a point.</summary>
    Delete = 6,
}
