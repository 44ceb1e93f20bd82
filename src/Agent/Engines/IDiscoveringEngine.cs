namespace Cairn.Agent.Engines;

/// <summary>
/// The capability of an engine to find its instances on this host without being told of them. An engine that has it implements this beside
/// <see cref="IEngine"/>. Only looks: no database is asked, nothing is changed.
/// </summary>
public interface IDiscoveringEngine
{
    /// <summary>
    /// The instances that run, and those that are stopped and lie where they usually do, in the order of their paths; and a sentence for
    /// each sign of one that may not be looked into.
    /// </summary>
    (IReadOnlyList<DiscoveredInstance> Found, IReadOnlyList<string> Hidden) Discover();
}
