namespace Cairn.Simulation.Network;

/// <summary>A call on its way, as the network sees it.</summary>
internal interface ISimulatedCall
{
    /// <summary>Names it among all calls of a world.</summary>
    string Key { get; }

    /// <summary>The process that made it.</summary>
    Endpoint From { get; }

    /// <summary>The host that it goes to.</summary>
    string To { get; }

    /// <summary>Its connection is gone for the caller.</summary>
    void BreakAtClient(string reason);

    /// <summary>Its connection is gone for the server.</summary>
    void BreakAtServer();
}
