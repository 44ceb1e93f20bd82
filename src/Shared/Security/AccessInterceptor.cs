using Cairn.Shared.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Cairn.Shared.Security;

/// <summary>
/// Stands before every method of a daemon: finds out who calls, holds that against <see cref="AccessTable"/>, and lets the
/// call through or refuses it. Comes right after the error edge, so that nothing else runs for a caller who may not call.
/// </summary>
/// <param name="callers">Tells who calls.</param>
/// <param name="failures">Counts refused secrets by address.</param>
/// <param name="refusals">Where refusals are told.</param>
/// <param name="transport">In plain text callers cannot be told apart, so that everybody may make every call that there is.</param>
public sealed class AccessInterceptor(
    ICallerSource callers, FailureGate failures, AccessRefusals refusals, TransportSecurity transport) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var caller = await AdmitAsync(request, context);
        try
        {
            return await continuation(request, context);
        }
        catch (CairnException failure) when (ShowedBadToken(context, failure))
        {
            // A join token is looked at by the method itself, and guessing at it counts as guessing at any other.
            await refusals.TellAsync(caller, context.Method, failure, context.CancellationToken);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(request: null, context);
        return await continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(request, context);
        await continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(request: null, context);
        await continuation(requestStream, responseStream, context);
    }

    private async ValueTask<Caller> AdmitAsync(object? request, ServerCallContext context)
    {
        var row = AccessTable.Find(context.Method);
        var caller = await IdentifyAsync(row, context);
        CurrentCaller.Set(context, caller);
        if (transport.IsInsecure && row is not null)
        {
            return caller;
        }

        var refusal = AccessRules.Refusal(context.Method, row, caller, request)
            ?? (row!.Access == Access.JoinToken ? failures.LockOut(GuessedSecret.JoinToken, caller.Address)?.ToFailure() : null);
        if (refusal is null)
        {
            return caller;
        }

        await refusals.TellAsync(caller, context.Method, refusal, context.CancellationToken);
        throw refusal;
    }

    // Health must be cheap, and answers also whoever shows something wrong.
    private ValueTask<Caller> IdentifyAsync(AccessRow? row, ServerCallContext context) => row?.Access == Access.Anyone
        ? ValueTask.FromResult(Caller.Nobody(CallerAddress.Of(context.GetHttpContext())))
        : callers.IdentifyAsync(context.GetHttpContext(), context.CancellationToken);

    private static bool ShowedBadToken(ServerCallContext context, CairnException failure) =>
        AccessTable.Find(context.Method)?.Access == Access.JoinToken && AccessRefusals.IsOfJoinToken(failure);
}
