using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>Makes the calls of one process to one host over the simulated network.</summary>
internal sealed class SimulatedInvoker(SimulatedNetwork network, Endpoint from, string to) : CallInvoker
{
    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException("nothing of Cairn blocks on a call");

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new UnaryCall<TRequest, TResponse>(network, from, to, method, options, request);
        call.Begin();
        return new AsyncUnaryCall<TResponse>(
            call.Answer, NoHeaders, () => call.Status, static () => [], () => call.GiveUp(StatusCode.Cancelled, "disposed"));
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ServerStreamCall<TRequest, TResponse>(network, from, to, method, options, request);
        call.Begin();
        return new AsyncServerStreamingCall<TResponse>(
            call, NoHeaders, () => call.Status, static () => [], () => call.GiveUp(StatusCode.Cancelled, "disposed"));
    }

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientStreamCall<TRequest, TResponse>(network, from, to, method, options);
        call.Begin();
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            call,
            call.Answer,
            NoHeaders,
            () => call.Status,
            static () => [],
            () => call.GiveUp(StatusCode.Cancelled, "disposed"));
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw new NotSupportedException("Cairn has no such call");

    private static Task<Metadata> NoHeaders => Task.FromResult<Metadata>([]);
}
