using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>The answer to "is it stopped?", with everything that was seen.</summary>
/// <param name="State">Stopped, running or cannot tell; the worst of all observations.</param>
/// <param name="Observations">What was looked at and what was found there.</param>
public sealed record RunProof(RunState State, IReadOnlyList<RunObservation> Observations);

/// <summary>One look at one sign of life.</summary>
/// <param name="State">What this sign says.</param>
/// <param name="Sign">"process", "port", "lock" or "open file".</param>
/// <param name="Finding">A sentence with pid, port, path.</param>
/// <param name="WayOut">What to do about it when it is not stopped; empty when it is.</param>
/// <param name="ProcessId">The process found, if one was.</param>
public sealed record RunObservation(RunState State, string Sign, string Finding, string WayOut, int? ProcessId);
