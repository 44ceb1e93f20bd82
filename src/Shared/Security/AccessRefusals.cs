using Cairn.Shared.Errors;

namespace Cairn.Shared.Security;

/// <summary>The one way that a refusal of access goes: it is counted where a secret was guessed at, and told to who watches.</summary>
public sealed class AccessRefusals(FailureGate failures, IAccessWatch watch)
{
    /// <summary>Whether the failure says that a join token was not accepted.</summary>
    public static bool IsOfJoinToken(CairnException failure) =>
        failure.Code is ErrorCode.JoinTokenInvalid or ErrorCode.JoinTokenExpired or ErrorCode.JoinTokenUsed;

    /// <summary>The call is refused; its caller is answered when this has ended.</summary>
    public ValueTask TellAsync(Caller caller, string method, CairnException refusal, CancellationToken cancellationToken)
    {
        if (refusal.Code == ErrorCode.CredentialInvalid)
        {
            failures.Count(GuessedSecret.UserToken, caller.Address);
        }
        else if (IsOfJoinToken(refusal))
        {
            failures.Count(GuessedSecret.JoinToken, caller.Address);
        }

        return watch.RefusedAsync(caller, method, refusal, cancellationToken);
    }
}
