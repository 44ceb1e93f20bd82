namespace Cairn.Shared.Errors;

/// <summary>How a failure ends the command line; the numbers are its exit codes (docs/errors.md).</summary>
public enum ExitClass
{
    /// <summary>It was done.</summary>
    Done = 0,

    /// <summary>The work was begun and failed.</summary>
    Failed = 1,

    /// <summary>The command line or its arguments are wrong.</summary>
    Usage = 2,

    /// <summary>A precondition does not hold; nothing was touched.</summary>
    Refused = 3,

    /// <summary>It was done in part, as allowed; what lacks is named.</summary>
    Partial = 4,

    /// <summary>The coordinator or an agent could not be reached.</summary>
    Unreachable = 5,
}
