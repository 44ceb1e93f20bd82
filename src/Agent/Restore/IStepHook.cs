namespace Cairn.Agent.Restore;

/// <summary>Told before every step that changes a directory, so that a test can let the agent die there.</summary>
internal interface IStepHook
{
    /// <summary>Called before the step; what it throws goes through as if the process had died.</summary>
    void Before(string step);
}
