namespace Cairn.Agent.Engines;

/// <summary>Time limits that engines keep to; from the agent's configuration, the same for every engine.</summary>
public sealed record EngineLimits
{
    /// <summary>
    /// How long an engine lets the database settle between its logs and its data where it needs to. Default 3 s, at least 0.
    /// A longer time costs that much of every hot backup; a shorter one is for tests only.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a running database may take until it shows objects that it was told to take back. Default 30 s. A longer time delays the news that it has not.
    /// </summary>
    public TimeSpan Adoption { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a question to a database may take. Default 3 s. A longer time delays the news that one is dead.</summary>
    public TimeSpan Question { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a database may take to write its metadata or its buffers to disk when it is told to. Default 2 min.</summary>
    public TimeSpan Order { get; init; } = TimeSpan.FromMinutes(2);
}
