namespace Cairn.Faults;

/// <summary>The jobs that are disturbed.</summary>
public enum JobKind
{
    /// <summary>A full backup.</summary>
    Backup,

    /// <summary>A restore over changed data.</summary>
    Restore,

    /// <summary>A restore that starts the databases.</summary>
    RestoreAndStart,

    /// <summary>The undo of a restore.</summary>
    Undo,

    /// <summary>The removal of what a restore left beside.</summary>
    Discard,

    /// <summary>The deletion of a point.</summary>
    Delete,
}
