namespace Cairn.Shared.Security;

/// <summary>The secrets that somebody may try to guess; failures of each are counted apart, so that one kind holds up no other.</summary>
public enum GuessedSecret
{
    /// <summary>A user's token.</summary>
    UserToken,

    /// <summary>A node's join token.</summary>
    JoinToken,
}
