using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Identity;

internal static partial class IdentityLog
{
    [LoggerMessage(EventId = 2400, Level = LogLevel.Information, Message = "The coordinator has a new certificate, valid until {NotAfter}")]
    public static partial void Renewed(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(EventId = 2401, Level = LogLevel.Error, Message = "The coordinator's certificate could not be renewed ({Code}); the former one stays, and it is tried again")]
    public static partial void CannotRenew(ILogger logger, Exception failure, string code);

    [LoggerMessage(EventId = 2402, Level = LogLevel.Information, Message = "A join token for node {Node} was made; it ends at {Expires}")]
    public static partial void TokenMade(ILogger logger, string node, DateTimeOffset expires);

    [LoggerMessage(EventId = 2403, Level = LogLevel.Information, Message = "Node {Node} has a certificate until {NotAfter} (serial {Serial})")]
    public static partial void Issued(ILogger logger, string node, DateTimeOffset notAfter, string serial);

    [LoggerMessage(EventId = 2404, Level = LogLevel.Warning, Message = "Node {Node} is revoked: its certificates until {RevokedAt} and {Tokens} join tokens are worth nothing any more")]
    public static partial void Revoked(ILogger logger, string node, DateTimeOffset revokedAt, int tokens);
}
