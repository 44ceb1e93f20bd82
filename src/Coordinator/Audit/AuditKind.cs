namespace Cairn.Coordinator.Audit;

/// <summary>What a record of the audit log tells.</summary>
internal enum AuditKind
{
    /// <summary>A coordinator opened the log.</summary>
    Opened,

    /// <summary>A call that changes something is about to be made.</summary>
    Asked,

    /// <summary>Such a call has ended.</summary>
    Answered,

    /// <summary>A call was refused for who made it, or an agent refused a path to a plan.</summary>
    Refused,

    /// <summary>So many further refusals came in such a flood that they were not written one by one.</summary>
    Suppressed,

    /// <summary>A job that a call had asked for has ended.</summary>
    JobEnded,

    /// <summary>At its start a coordinator found the log other than it had left it.</summary>
    Gap,
}

/// <summary>The words of <see cref="AuditKind"/> in the log and on the wire.</summary>
internal static class AuditKinds
{
    private static readonly string[] Words =
        ["opened", "asked", "answered", "refused", "suppressed", "job-ended", "gap"];

    public static string Word(this AuditKind kind) => Words[(int)kind];

    public static bool TryParse(string? word, out AuditKind kind)
    {
        var index = Array.IndexOf(Words, word);
        kind = (AuditKind)Math.Max(index, 0);
        return index >= 0;
    }
}
