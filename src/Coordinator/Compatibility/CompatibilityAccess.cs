using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Microsoft.AspNetCore.Http;

namespace Cairn.Coordinator.Compatibility;

/// <summary>
/// The same access check as before every gRPC call: who asks by certificate, bearer token or <c>u</c> and <c>p</c> (name and token), held against the row of the
/// method that does the same.
/// </summary>
internal sealed class CompatibilityAccess(ICallerSource callers, AccessRefusals refusals, TransportSecurity transport)
{
    /// <summary>The caller, who may make the call.</summary>
    /// <exception cref="CairnException">It may not; the refusal is counted and told.</exception>
    public async Task<Caller> AdmitAsync(HttpContext call, CompatibilityRequest request, string method, CancellationToken cancellationToken)
    {
        if (request.Password.Length > 0 && call.Request.Headers.Authorization.Count == 0)
        {
            call.Request.Headers.Authorization = "Bearer " + request.Password;
        }

        var caller = await callers.IdentifyAsync(call, cancellationToken);
        if (transport.IsInsecure)
        {
            return caller;
        }

        var refusal = AccessRules.Refusal(method, AccessTable.Find(method), caller, request: null) ?? OtherName(caller, request);
        if (refusal is null)
        {
            return caller;
        }

        await refusals.TellAsync(caller, method, refusal, cancellationToken);
        throw refusal;
    }

    private static CairnException? OtherName(Caller caller, CompatibilityRequest request) => request.User.Length == 0 || request.User == caller.Name
        ? null
        : new CairnException(ErrorCode.CredentialInvalid, "u names another user than the token", "give the user's name as u and its token as p");
}
