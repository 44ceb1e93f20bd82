using Cairn.Simulation.Clocks;

namespace Cairn.Simulation.Network;

/// <summary>One process on the network, from its start to its death. The next one of the same name is another.</summary>
internal sealed class Endpoint(string name, HostClock clock)
{
    private readonly Lock gate = new();
    private readonly HashSet<ISimulatedCall> calls = [];

    /// <summary>The host's name.</summary>
    public string Name => name;

    /// <summary>The process's clock.</summary>
    public HostClock Clock => clock;

    /// <summary>What it serves; null until it listens.</summary>
    public ServedMethods? Methods { get; set; }

    /// <summary>True until it dies.</summary>
    public bool IsAlive => !clock.IsDead;

    /// <summary>A call that it makes or serves has begun.</summary>
    public void Add(ISimulatedCall call)
    {
        lock (gate)
        {
            calls.Add(call);
        }
    }

    /// <summary>A call has ended.</summary>
    public void Remove(ISimulatedCall call)
    {
        lock (gate)
        {
            calls.Remove(call);
        }
    }

    /// <summary>The calls that run.</summary>
    public IReadOnlyList<ISimulatedCall> Calls()
    {
        lock (gate)
        {
            return [.. calls.OrderBy(call => call.Key, StringComparer.Ordinal)];
        }
    }
}
