using Cairn.V1;

namespace Cairn.Agent.Recovery;

/// <summary>What the operator of a recovery accepts and wants beside the point.</summary>
/// <param name="AcceptedCaveats">By name; <see cref="OfflineRestore.OneNodeAlone"/> is one of them.</param>
/// <param name="Metadata">Whether this node gets the cluster's metadata; null: when its part of the point holds them.</param>
/// <param name="Stop">Stop what runs first, by the configured commands.</param>
/// <param name="Parameters">Words for the engine.</param>
/// <param name="Start">Start the instances afterwards, likewise.</param>
internal sealed record RecoveryTerms(IReadOnlyList<string> AcceptedCaveats, bool? Metadata, bool Stop, bool Start, IReadOnlyList<EngineParameter> Parameters);
