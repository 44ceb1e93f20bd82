namespace Cairn.Agent.Restore;

/// <summary>What runs outside tests: no hook.</summary>
internal sealed class NoHook : IStepHook
{
    /// <inheritdoc/>
    public void Before(string step)
    {
        // Nothing stands in the way of the step.
    }
}
