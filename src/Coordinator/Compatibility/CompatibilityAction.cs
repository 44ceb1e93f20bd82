namespace Cairn.Coordinator.Compatibility;

/// <summary>What a request of an existing script is for.</summary>
internal enum CompatibilityAction
{
    /// <summary>Start a backup.</summary>
    Run = 1,

    /// <summary>How the backup stands.</summary>
    Status = 2,

    /// <summary>Give the backup up.</summary>
    Abort = 3,
}
