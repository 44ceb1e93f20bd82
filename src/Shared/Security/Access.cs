namespace Cairn.Shared.Security;

/// <summary>Who may make a call.</summary>
public enum Access
{
    /// <summary>Everybody, also without a credential. Health, and nothing else.</summary>
    Anyone,

    /// <summary>Whoever shows a join token; the method itself looks at it.</summary>
    JoinToken,

    /// <summary>The agent of the node that the request names.</summary>
    OwnNode,

    /// <summary>The coordinator that the agent obeys.</summary>
    Coordinator,

    /// <summary>Every caller with a good credential, whatever it is.</summary>
    Proven,

    /// <summary>Users of every role.</summary>
    Viewer,

    /// <summary>Operators and admins.</summary>
    Operator,

    /// <summary>Admins.</summary>
    Admin,
}
