namespace Cairn.Agent.Services;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code; null when it was ended because its time was over.</param>
/// <param name="Output">The end of what it printed, both streams, at most 2 KiB.</param>
internal sealed record CommandResult(int? ExitCode, string Output);
