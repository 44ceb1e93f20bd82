namespace Cairn.Simulation.Schedules;

/// <summary>Something that goes wrong in a world while a job runs.</summary>
internal enum Fault
{
    /// <summary>An agent dies while nothing of it changes a directory.</summary>
    AgentDies,

    /// <summary>An agent dies in the middle of a change of directories.</summary>
    AgentDiesAtStep,

    /// <summary>The coordinator dies.</summary>
    CoordinatorDies,

    /// <summary>A link is cut one way.</summary>
    LinkCutOneWay,

    /// <summary>A link is cut both ways.</summary>
    LinkCut,

    /// <summary>The coordinator is cut off from all nodes.</summary>
    CoordinatorCutOff,

    /// <summary>Another node of the database leads.</summary>
    LeaderMoves,
}
