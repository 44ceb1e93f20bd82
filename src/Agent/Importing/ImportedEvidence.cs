namespace Cairn.Agent.Importing;

/// <summary>One step's evidence, base64.</summary>
internal sealed record ImportedEvidence(string Instance, string Step, string Evidence);
