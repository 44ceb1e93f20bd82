using Cairn.V1;

namespace Cairn.Cli.Wording;

/// <summary>The contract's enums in the words that people read. A value that this version does not know says so.</summary>
internal static class Words
{
    /// <summary>E.g. <c>running</c>.</summary>
    public static string For(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Partial => "partial",
        JobState.Failed => "failed",
        JobState.Cancelling => "cancelling",
        JobState.Cancelled => "cancelled",
        _ => "unknown",
    };

    /// <summary>E.g. <c>done</c>.</summary>
    public static string For(TaskState state) => state switch
    {
        TaskState.Unspecified => "waiting",
        TaskState.Running => "running",
        TaskState.Succeeded => "done",
        TaskState.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>E.g. <c>cannot tell</c>.</summary>
    public static string For(RunState state) => state switch
    {
        RunState.Stopped => "stopped",
        RunState.Running => "running",
        RunState.CannotTell => "cannot tell",
        _ => "unknown",
    };

    /// <summary>E.g. <c>full</c>.</summary>
    public static string For(BackupKind kind) => kind switch
    {
        BackupKind.Full => "full",
        BackupKind.Incremental => "incremental",
        _ => "unknown",
    };
}
