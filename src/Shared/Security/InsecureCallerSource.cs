using Microsoft.AspNetCore.Http;

namespace Cairn.Shared.Security;

/// <summary>
/// Where somebody started a part with <c>--insecure</c>, everybody on loopback is whoever the method is for: there is
/// nothing to tell them apart by.
/// </summary>
/// <param name="everybody">Whom all callers are taken for.</param>
public sealed class InsecureCallerSource(Caller everybody) : ICallerSource
{
    /// <inheritdoc/>
    public ValueTask<Caller> IdentifyAsync(HttpContext call, CancellationToken cancellationToken) =>
        ValueTask.FromResult(everybody with { Address = CallerAddress.Of(call) });
}
