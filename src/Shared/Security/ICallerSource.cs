using Microsoft.AspNetCore.Http;

namespace Cairn.Shared.Security;

/// <summary>
/// Tells who makes a call, by what stands in its headers and connection. May be asked concurrently, and again for the same
/// call; it never throws for what a caller showed, but says in <see cref="Caller.Refusal"/> why that was not accepted.
/// </summary>
public interface ICallerSource
{
    /// <summary>The caller, as far as this source can tell; anonymous when it cannot.</summary>
    ValueTask<Caller> IdentifyAsync(HttpContext call, CancellationToken cancellationToken);
}
