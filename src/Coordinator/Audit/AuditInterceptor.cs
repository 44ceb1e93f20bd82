using Cairn.Shared.Security;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Cairn.Coordinator.Audit;

/// <summary>Audits every unary call that changes something. Comes after the access check.</summary>
internal sealed class AuditInterceptor(AuditedCalls calls) : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => calls.RunAsync(
        CurrentCaller.Of(context), context.Method, request, () => continuation(request, context));
}
