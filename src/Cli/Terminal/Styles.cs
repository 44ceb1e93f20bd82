using Cairn.V1;
using Spectre.Console;

namespace Cairn.Cli.Terminal;

/// <summary>The few colours; every one of them only repeats what a word says.</summary>
internal static class Styles
{
    /// <summary>Column names and titles.</summary>
    public static Style Heading { get; } = new(decoration: Decoration.Bold);

    /// <summary>What went well.</summary>
    public static Style Good { get; } = new(Color.Green);

    /// <summary>What a person should look at.</summary>
    public static Style Attention { get; } = new(Color.Yellow);

    /// <summary>What failed or stands in the way.</summary>
    public static Style Bad { get; } = new(Color.Red);

    /// <summary>The colour of a job's state.</summary>
    public static Style? For(JobState state) => state switch
    {
        JobState.Succeeded => Good,
        JobState.Partial => Attention,
        JobState.Cancelled or JobState.Cancelling => Attention,
        JobState.Failed => Bad,
        _ => null,
    };

    /// <summary>The colour of a node's part of a job.</summary>
    public static Style? For(TaskState state) => state switch
    {
        TaskState.Succeeded => Good,
        TaskState.Failed => Bad,
        _ => null,
    };

    /// <summary>The colour of a node's state as the coordinator names it.</summary>
    public static Style? ForNodeState(string state) => state == "online" ? Good : Attention;
}
