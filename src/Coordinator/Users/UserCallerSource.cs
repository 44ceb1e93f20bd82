using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Microsoft.AspNetCore.Http;

namespace Cairn.Coordinator.Users;

/// <summary>
/// Adds users to what certificates tell: a bearer token in the call's metadata makes a caller a user, and a user, also
/// one with a certificate, has the role that the catalog gives it at this moment. May be asked concurrently.
/// </summary>
internal sealed class UserCallerSource(ICallerSource certificates, UserTable users, FailureGate failures, TimeProvider time)
    : ICallerSource
{
    private const string Scheme = "Bearer ";

    // Compared with when no user has the name, so that an unknown name takes as long as a wrong secret.
    private static readonly byte[] NoHash = new byte[32];

    /// <inheritdoc/>
    public async ValueTask<Caller> IdentifyAsync(HttpContext call, CancellationToken cancellationToken)
    {
        var caller = await certificates.IdentifyAsync(call, cancellationToken);
        if (caller.Kind == CallerKind.User)
        {
            return WithRole(caller, users.Find(caller.Name));
        }

        // A certificate decides, a good one and a bad one: nobody is two callers at once.
        return caller is { Kind: CallerKind.Anonymous, Refusal: null } && TokenOf(call) is { } token
            ? ByToken(call, caller, token)
            : caller;
    }

    // Of several the last counts, as everywhere in gRPC's metadata.
    private static string? TokenOf(HttpContext call) => call.Request.Headers.Authorization is { Count: > 0 } shown ? shown[^1] : null;

    private Caller ByToken(HttpContext call, Caller caller, string header)
    {
        if (failures.LockOut(GuessedSecret.UserToken, caller.Address) is { } lockOut)
        {
            return Caller.Refused(caller.Address, lockOut);
        }

        if (!call.Request.IsHttps)
        {
            return Refused(caller, "a token came over a connection without TLS; it has been seen on the way");
        }

        var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        if (UserToken.NameIn(token) is not { } name)
        {
            return Refused(caller, "what was shown is not a user's token");
        }

        var user = users.Find(name);
        var matches = UserToken.Matches(token, user is { TokenHash.Length: > 0 } ? user.TokenHash.Span : NoHash);
        return user is not null && matches
            ? WithRole(caller with { Kind = CallerKind.User, Name = name }, user)
            : Refused(caller, "the token is not one of a user: it was replaced, its user removed, or it never was one");
    }

    private Caller WithRole(Caller caller, UserRecord? user)
    {
        if (user is null)
        {
            return Refused(caller, $"no user is called '{caller.Name}' any more");
        }

        return user.HasExpired(time.GetUtcNow())
            ? Refused(caller, $"the time of user '{user.Name}' ended at {user.Expires:u}")
            : caller with { Role = user.Role };
    }

    private static Caller Refused(Caller caller, string message) => Caller.Refused(caller.Address, new CallerRefusal(
        ErrorCode.CredentialInvalid, message, "ask an admin for a new token: cairn user token NAME"));
}
