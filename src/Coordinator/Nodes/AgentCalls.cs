using System.Globalization;
using System.Runtime.CompilerServices;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.V1;
using Grpc.Core;
using Polly;
using Polly.Retry;

namespace Cairn.Coordinator.Nodes;

/// <summary>
/// Calls to agents by node name: the address is looked up for each attempt (an agent may come back elsewhere), every call
/// has a deadline, every failure comes back as a <see cref="CairnException"/> that names the node.
/// </summary>
internal sealed class AgentCalls(
    NodeDirectory directory, IAgentClients agents, CoordinatorLimits limits, TimeProvider time, Random jitter)
{
    // Two quick tries more: a question lost with a connection that the agent's restart broke is worth repeating, a host
    // that is down must not cost more than one deadline.
    private readonly ResiliencePipeline retry = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<RpcException>(
                failure => RetryAdvice.MayRepeat(failure) && IsLostConnection(failure)),
            DelayGenerator = attempt => ValueTask.FromResult(
                attempt.Outcome.Exception is RpcException failure ? RetryAdvice.Pushback(failure) : null),
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Randomizer = jitter.NextDouble,
        })
        .Build();

    /// <summary>
    /// Asks a node something that may be asked twice. UNAVAILABLE is tried again within the same deadline.
    /// </summary>
    public async Task<T> AskAsync<T>(
        string node,
        Func<Agent.AgentClient, CallOptions, AsyncUnaryCall<T>> call,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        var known = directory.Require(node);
        var until = time.GetUtcNow() + deadline;
        try
        {
            return await retry.ExecuteAsync(
                async token => await InvokeAsync(node, call, until, token), cancellationToken);
        }
        catch (RpcException failure)
        {
            throw Translate(failure, known, deadline, cancellationToken);
        }
    }

    /// <summary>As <see cref="AskAsync{T}(string, Func{Agent.AgentClient, CallOptions, AsyncUnaryCall{T}}, TimeSpan, CancellationToken)"/> with the deadline of an ordinary call.</summary>
    public Task<T> AskAsync<T>(
        string node, Func<Agent.AgentClient, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken) =>
        AskAsync(node, call, limits.Call, cancellationToken);

    /// <summary>Reads a node's stream to its end.</summary>
    public async IAsyncEnumerable<T> ReadAsync<T>(
        string node,
        Func<Agent.AgentClient, CallOptions, AsyncServerStreamingCall<T>> call,
        TimeSpan deadline,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = directory.Require(node);
        var options = new CallOptions(
            deadline: (time.GetUtcNow() + deadline).UtcDateTime, cancellationToken: cancellationToken);
        using var stream = call(agents.Client(node, known.Registration.Address), options);
        while (true)
        {
            try
            {
                if (!await stream.ResponseStream.MoveNext(cancellationToken))
                {
                    yield break;
                }
            }
            catch (RpcException failure)
            {
                throw Translate(failure, known, deadline, cancellationToken);
            }

            yield return stream.ResponseStream.Current;
        }
    }

    /// <summary>Sends a stream to a node and returns its answer.</summary>
    public async Task<TResponse> SendAsync<TRequest, TResponse>(
        string node,
        Func<Agent.AgentClient, CallOptions, AsyncClientStreamingCall<TRequest, TResponse>> call,
        IEnumerable<TRequest> messages,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        var known = directory.Require(node);
        var options = new CallOptions(
            deadline: (time.GetUtcNow() + deadline).UtcDateTime, cancellationToken: cancellationToken);
        using var stream = call(agents.Client(node, known.Registration.Address), options);
        try
        {
            foreach (var message in messages)
            {
                await stream.RequestStream.WriteAsync(message, cancellationToken);
            }

            await stream.RequestStream.CompleteAsync();
            return await stream.ResponseAsync;
        }
        catch (RpcException failure)
        {
            throw Translate(failure, known, deadline, cancellationToken);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException)
        {
            // A write after the call has ended says so in its own way; the call's status says why it ended.
            try
            {
                return await stream.ResponseAsync;
            }
            catch (RpcException status)
            {
                throw Translate(status, known, deadline, cancellationToken);
            }
        }
    }

    /// <summary>
    /// True when the failure is about the way to the agent and says nothing about what it was asked: it may be restarting, or
    /// another agent may have its port by now.
    /// </summary>
    public static bool IsBrokenWire(CairnException failure) => failure.Code is ErrorCode.AgentUnreachable or ErrorCode.WrongNode
        || (failure.InnerException is RpcException { StatusCode: StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown } rpc
            && !RpcErrorsKnows(rpc));

    private async Task<T> InvokeAsync<T>(
        string node,
        Func<Agent.AgentClient, CallOptions, AsyncUnaryCall<T>> call,
        DateTimeOffset until,
        CancellationToken cancellationToken)
    {
        var client = agents.Client(node, directory.Require(node).Registration.Address);
        using var running = call(
            client, new CallOptions(deadline: until.UtcDateTime, cancellationToken: cancellationToken));
        return await running.ResponseAsync;
    }

    private Exception Translate(
        RpcException failure, KnownNode known, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(failure.Message, failure, cancellationToken);
        }

        var node = known.Registration.Name;
        var target = $"{node}: the agent at {known.Registration.Address}";
        if (IsLostConnection(failure) && failure.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            var now = directory.Find(node) ?? known;
            var what = failure.StatusCode == StatusCode.Unavailable
                ? $"cannot be reached ({RpcErrors.Reason(failure)})"
                : string.Create(CultureInfo.InvariantCulture, $"did not answer within {deadline.TotalSeconds:0.#} s");
            return new AgentUnreachableException(
                node, now.Registration.Address, what, now.LastHeardText(time.GetUtcNow()), failure);
        }

        var translated = RpcErrors.FromRpc(failure, ErrorCode.AgentUnreachable, target);
        return translated.Node is not null
            ? translated
            : new CairnException(
                translated.Code, translated.Message, translated.WayOut, node, translated.Subject, failure);
    }

    private static bool IsLostConnection(RpcException failure) =>
        !RpcErrorsKnows(failure) && RpcErrors.FindLocal(failure) is null;

    // An agent's own refusal may travel as UNAVAILABLE too; it comes with our details, a lost connection does not.
    private static bool RpcErrorsKnows(RpcException failure) =>
        failure.Trailers.GetValueBytes("grpc-status-details-bin") is not null;
}
