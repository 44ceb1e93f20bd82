namespace Cairn.Agent.Engines;

/// <summary>What is to be restored into an instance.</summary>
/// <param name="Record">What <see cref="IEngineInstance.RecordAsync"/> said when it was captured; checked before it is believed.</param>
/// <param name="MetadataHere">True on a node that gets cluster metadata; elsewhere the old ones are moved aside.</param>
/// <param name="Parameters">What <see cref="IEngine.RestoreParameters"/> allows.</param>
/// <param name="ForeignNode">True when the data come from another node than this one.</param>
public sealed record RestoreRequestFacts(string Record, bool MetadataHere, EngineParameters Parameters, bool ForeignNode);
