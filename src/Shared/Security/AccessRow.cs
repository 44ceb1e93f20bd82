namespace Cairn.Shared.Security;

/// <summary>What is said about one method.</summary>
/// <param name="Access">Who may call it.</param>
/// <param name="Changes">True when a call of it changes something, so that the coordinator audits it.</param>
public sealed record AccessRow(Access Access, bool Changes);
