namespace Grpc.Core;

/// <summary>Adds what proves the caller's identity to the headers of one call.</summary>
/// <param name="context">The call.</param>
/// <param name="metadata">The headers to add to.</param>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
