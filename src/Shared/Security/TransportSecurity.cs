namespace Cairn.Shared.Security;

/// <summary>How this process listens and calls.</summary>
/// <param name="IsInsecure">Plain text on loopback, as asked for with <c>--insecure</c>: callers cannot be told apart.</param>
public sealed record TransportSecurity(bool IsInsecure);
