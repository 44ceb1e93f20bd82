namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>What <c>backup_log/result</c> proves.</summary>
internal enum ResultState
{
    /// <summary>The store said that its backup ended well.</summary>
    Proved = 1,

    /// <summary>Nothing either way.</summary>
    Unproved = 2,

    /// <summary>The store said that its backup failed.</summary>
    Failed = 3,
}
