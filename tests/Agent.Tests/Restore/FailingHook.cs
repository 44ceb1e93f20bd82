using Cairn.Agent.Native;
using Cairn.Agent.Restore;

namespace Cairn.Agent.Tests.Restore;

/// <summary>
/// Lets the agent die before its n-th step, counted from 0; never when it is negative. Can also play a file system on which
/// names cannot be exchanged.
/// </summary>
internal sealed class FailingHook(int dieBefore, bool canExchange = true) : IStepHook
{
    private int number;

    public List<string> Steps { get; } = [];

    public bool HasDied { get; private set; }

    public void Before(string step)
    {
        if (number++ == dieBefore || HasDied)
        {
            HasDied = true;
            throw new SimulatedCrashException(step);
        }

        Steps.Add(step);
        if (!canExchange && step.StartsWith("exchange", StringComparison.Ordinal))
        {
            throw new NativeFailureException("exchange", step, NativeFailureException.InvalidArgument);
        }
    }
}
