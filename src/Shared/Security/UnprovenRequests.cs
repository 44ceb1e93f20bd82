using Cairn.Shared.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Shared.Security;

/// <summary>
/// A request is read before its method is asked for, so before anybody has looked at who calls. Whoever has proved nothing may
/// have only a little of it held in memory: above that the caller is looked at while the request is still on its way, and one
/// without a good credential is refused there and then.
/// </summary>
public sealed class UnprovenRequests(ICallerSource callers, AccessRefusals refusals, ServerIdentity identity)
{
    /// <summary>What is read of a request before its caller is looked at: far above what health and enrolment need.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Bounds the body of one request, and goes on with it; comes before everything that reads bodies.</summary>
    public Task InvokeAsync(HttpContext call, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        call.Features.Set<IRequestBodyPipeFeature>(
            new UnprovenBody(call.Request.BodyReader, MaxBytes, cancellationToken => RequireProvenAsync(call, cancellationToken)));
        return next(call);
    }

    // It is told as a status, because no interceptor has seen the call yet.
    private async ValueTask RequireProvenAsync(HttpContext call, CancellationToken cancellationToken)
    {
        var caller = await callers.IdentifyAsync(call, cancellationToken);
        if (caller.Kind != CallerKind.Anonymous)
        {
            return;
        }

        var method = call.Request.Path.Value ?? "";
        var refusal = caller.Refusal?.ToFailure() ?? new CairnException(
            ErrorCode.CredentialMissing,
            $"a request of more than {MaxBytes / 1024} KiB needs a credential, and none was shown",
            "show one; health and enrolment, which need none, are smaller than that");
        await refusals.TellAsync(caller, method, refusal, cancellationToken);
        throw RpcErrors.ToRpc(refusal, identity.Name);
    }
}
