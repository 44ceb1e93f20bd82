namespace Cairn.Agent.Engines.OpenGauss.Pages;

/// <summary>A page of the source whose checksum is wrong, and stayed so.</summary>
/// <param name="File">The file, by its path in the point.</param>
/// <param name="Block">The block in the relation.</param>
/// <param name="Relation">The relation's name and database, as far as the server knows it; empty when it does not.</param>
internal sealed record PageFailure(string File, long Block, string Relation);
