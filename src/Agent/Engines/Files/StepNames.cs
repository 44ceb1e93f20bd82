namespace Cairn.Agent.Engines.Files;

/// <summary>The capture steps, in their order; each is done on all nodes before the next on any.</summary>
internal static class StepNames
{
    /// <summary>The command before the capture.</summary>
    public const string Before = "before-capture";

    /// <summary>All files.</summary>
    public const string Files = "files";

    /// <summary>The command after the capture.</summary>
    public const string After = "after-capture";
}
