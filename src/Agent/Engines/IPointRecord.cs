namespace Cairn.Agent.Engines;

/// <summary>A record that an engine keeps in a point; see <see cref="PointRecords"/>.</summary>
internal interface IPointRecord
{
    /// <summary>The number of its form.</summary>
    int Schema { get; }

    /// <summary>
    /// What is wrong with it although it could be read; null when nothing is. No property is null that may not be, but what is inside a list
    /// may be.
    /// </summary>
    string? FindProblem();
}
