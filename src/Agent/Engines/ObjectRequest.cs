namespace Cairn.Agent.Engines;

/// <summary>Objects that are to be brought back into a database that runs.</summary>
/// <param name="Objects">Their names, at least one.</param>
/// <param name="Record">What <see cref="IEngineInstance.RecordAsync"/> said when the instance was captured; checked before it is believed.</param>
/// <param name="Metadata">
/// The cluster metadata of the point by engine path (<c>meta/…</c>), whichever node captured them; checked before they are believed.
/// </param>
/// <param name="AdoptsHere">True on the node that is to tell the database.</param>
public sealed record ObjectRequest(
    IReadOnlyList<string> Objects, string Record, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Metadata, bool AdoptsHere);
