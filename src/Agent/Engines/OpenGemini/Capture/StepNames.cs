namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>The capture steps, in their order; the reasons for it stand in docs/engines/opengemini.md.</summary>
internal static class StepNames
{
    /// <summary>Exact only: writes are blocked on this node's ts-sqls.</summary>
    public const string Freeze = "freeze";

    /// <summary>raft.meta of every replicated partition.</summary>
    public const string RaftPositions = "raft-positions";

    /// <summary>Raft entries and write-ahead logs.</summary>
    public const string Logs = "logs";

    /// <summary>TSSP files and indexes.</summary>
    public const string Data = "data";

    /// <summary>Exact only: writes are let through again, before anything is copied.</summary>
    public const string Thaw = "thaw";

    /// <summary>By the native method only: the store's own backup of this node.</summary>
    public const string Native = "native";

    /// <summary>The catalogue, from the ts-meta that leads.</summary>
    public const string Metadata = "metadata";
}
