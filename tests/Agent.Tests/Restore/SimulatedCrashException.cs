namespace Cairn.Agent.Tests.Restore;

/// <summary>The agent dies here.</summary>
internal sealed class SimulatedCrashException(string step) : Exception($"the agent dies before: {step}");
