namespace Cairn.Agent.Tasks;

/// <summary>What becomes of a task that ran when the agent died.</summary>
internal enum AfterRestart
{
    /// <summary>It is run again and goes on from what is on disk.</summary>
    Resume,

    /// <summary>It has failed; the coordinator decides whether to ask again.</summary>
    Fail,
}
