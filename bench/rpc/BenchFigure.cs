namespace Cairn.Bench.Rpc;

/// <summary>What a figure's number means.</summary>
/// <param name="Name">As both loads call it.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Better">Whether <c>more</c> or <c>less</c> of it is better.</param>
internal sealed record BenchFigure(string Name, string Unit, string Better)
{
    /// <summary>What the ending of a figure's name says.</summary>
    public static BenchFigure Of(string name) => name switch
    {
        _ when name.EndsWith("_per_second", StringComparison.Ordinal) => new(name, "1/s", "more"),
        _ when name.EndsWith("_p99_ms", StringComparison.Ordinal) => new(name, "ms", "less"),
        _ when name.EndsWith("_kib", StringComparison.Ordinal) => new(name, "KiB a stream, of 1000 that are open", "less"),
        _ => throw new InvalidOperationException($"The figure {name} has no unit."),
    };

    /// <summary>How many times better ours is than the peer's.</summary>
    public double TimesBetter(double ours, double peers) => Better == "more" ? ours / peers : peers / ours;
}
