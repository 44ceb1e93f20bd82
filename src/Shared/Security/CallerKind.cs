namespace Cairn.Shared.Security;

/// <summary>What a caller proved to be.</summary>
public enum CallerKind
{
    /// <summary>It showed nothing, or nothing that was accepted.</summary>
    Anonymous,

    /// <summary>A coordinator.</summary>
    Coordinator,

    /// <summary>The agent of a node.</summary>
    Node,

    /// <summary>A person or a script.</summary>
    User,
}
