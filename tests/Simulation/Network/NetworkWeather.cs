namespace Cairn.Simulation.Network;

/// <summary>How bad a network is.</summary>
/// <param name="Slowest">The longest that a message takes; most take much less.</param>
/// <param name="Loss">How often a message, and the connection with it, is lost.</param>
/// <param name="Duplication">How often a request comes twice.</param>
internal sealed record NetworkWeather(TimeSpan Slowest, double Loss, double Duplication)
{
    /// <summary>A network as it should be.</summary>
    public static NetworkWeather Fair { get; } = new(TimeSpan.FromMilliseconds(2), Loss: 0, Duplication: 0);
}
