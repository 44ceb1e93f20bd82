using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>One question, one answer.</summary>
internal sealed class UnaryCall<TRequest, TResponse>(
    SimulatedNetwork network, Endpoint from, string to, Method<TRequest, TResponse> method, CallOptions options, TRequest request)
    : SimulatedCall<TRequest, TResponse>(network, from, to, method, options)
    where TRequest : class
    where TResponse : class
{
    private readonly TRequest sent = Wire.Copy(request);
    private readonly TaskCompletionSource<TResponse> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<TResponse> Answer => answer.Task;

    protected override async Task ServeAsync(ServedMethods methods, SimulatedContext context)
    {
        var response = await HandleAsync(methods, context);
        if (IsServerAlive)
        {
            Down("answer", () =>
            {
                if (End(Status.DefaultSuccess))
                {
                    answer.TrySetResult(Wire.Copy(response));
                }
            });
        }
    }

    protected override Task ServeUnheardAsync(ServedMethods methods, SimulatedContext context) => HandleAsync(methods, context);

    protected override void Ended(Status status, Metadata trailers)
    {
        if (status.StatusCode != StatusCode.OK)
        {
            answer.TrySetException(Exception(status, trailers));
        }
    }

    private Task<TResponse> HandleAsync(ServedMethods methods, SimulatedContext context) =>
        methods.Get<UnaryServerMethod<TRequest, TResponse>>(Method.FullName)(Wire.Copy(sent), context);
}
