namespace Cairn.Repository;

/// <summary>What of a point is exported.</summary>
public sealed record ExportRequest
{
    /// <summary>Whether a path goes out; all do by default.</summary>
    public Func<string, bool> Wanted { get; init; } = _ => true;

    /// <summary>The name that a path goes out under; its own by default. Two paths must not get the same.</summary>
    public Func<string, string> Name { get; init; } = path => path;
}
