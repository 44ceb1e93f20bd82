using Cairn.V1;

namespace Cairn.Shared.Errors;

/// <summary>
/// A failure that somebody can act on. Specific failures derive from it; one that came over the wire, or that needs no
/// type of its own because nobody catches it by type, is thrown as it is.
/// </summary>
/// <param name="code">The stable code.</param>
/// <param name="message">One sentence: what was found where. No secrets, no stack traces.</param>
/// <param name="wayOut">What to do about it.</param>
/// <param name="node">The node it happened on; null when it is not about one.</param>
/// <param name="subject">The thing it is about: a path, an instance, a point.</param>
/// <param name="cause">What was caught, for the log; it never goes on the wire.</param>
public class CairnException(
    ErrorCode code,
    string message,
    string wayOut,
    string? node = null,
    string? subject = null,
    Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The stable code.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>What to do about it.</summary>
    public string WayOut { get; } = wayOut;

    /// <summary>The node it happened on; null when it is not about one.</summary>
    public string? Node { get; } = node;

    /// <summary>The thing it is about; null when there is none.</summary>
    public string? Subject { get; } = subject;

    /// <summary>What the message sums up, one sentence each; empty when the message says it all. Checks carry it to the user.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>The failure as it travels between parts. <paramref name="defaultNode"/> is set where the failure names none.</summary>
    public ErrorDetail ToDetail(string defaultNode = "") => new()
    {
        Code = Code.WireName(),
        Message = WireText.Of(Message),
        WayOut = WireText.Of(WayOut),
        Node = Node ?? defaultNode,
        Object = WireText.Of(Subject ?? ""),
    };

    /// <summary>Makes the exception again out of what travelled.</summary>
    public static CairnException FromDetail(ErrorDetail detail) => new(
        ErrorCodes.Parse(detail.Code),
        detail.Message,
        detail.WayOut,
        detail.Node.Length == 0 ? null : detail.Node,
        detail.Object.Length == 0 ? null : detail.Object);
}
