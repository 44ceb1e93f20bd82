namespace Cairn.Bench;

/// <summary>What one step cost.</summary>
/// <param name="Wall">From its begin to its end, the sync counted.</param>
/// <param name="Processor">User and system time of all processes that did it.</param>
/// <param name="PeakBytes">The most memory that these processes had resident, summed.</param>
internal readonly record struct Measured(TimeSpan Wall, TimeSpan Processor, long PeakBytes);
