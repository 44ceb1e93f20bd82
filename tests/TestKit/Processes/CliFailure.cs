namespace Cairn.TestKit.Processes;

/// <summary>A failure as <c>cairn -o json</c> prints it.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Message">What was found.</param>
/// <param name="WayOut">What to do about it.</param>
/// <param name="Node">Where.</param>
/// <param name="Subject">What it is about.</param>
public sealed record CliFailure(string Code, string Message, string WayOut, string Node, string Subject);
