namespace Cairn.Shared.Errors;

/// <summary>Whose server this is, for failures that name no node: the node's name on an agent, empty on a coordinator.</summary>
public sealed record ServerIdentity(string Name);
