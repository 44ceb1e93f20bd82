using Grpc.Core;

namespace Cairn.Shared.Security;

/// <summary>
/// Tells who makes a call. May be asked concurrently, once per call; it never throws for what a caller showed, but says
/// in <see cref="Caller.Refusal"/> why that was not accepted.
/// </summary>
public interface ICallerSource
{
    /// <summary>The caller, as far as this source can tell; anonymous when it cannot.</summary>
    ValueTask<Caller> IdentifyAsync(ServerCallContext context, CancellationToken cancellationToken);
}
