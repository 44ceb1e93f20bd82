using System.Runtime.CompilerServices;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Grpc.Core;
using Grpc.Net.Client;
using CoordinatorClient = Cairn.V1.Coordinator.CoordinatorClient;

namespace Cairn.Cli.Connecting;

/// <summary>
/// The connection to the coordinator. Every question has a deadline; every failure comes out as a
/// <see cref="CairnException"/>.
/// </summary>
internal sealed class CoordinatorSession : IDisposable
{
    /// <summary>What the coordinator answers from its own knowledge, or after asking agents for ten seconds.</summary>
    public static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(30);

    /// <summary>Plans look at every node's point and disks; on slow disks that takes a while.</summary>
    public static readonly TimeSpan PlanLimit = TimeSpan.FromMinutes(10);

    // A coordinator that hangs, not only one that is gone, ends a watch by this.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);

    private readonly GrpcChannel channel;
    private readonly CoordinatorClient client;
    private readonly TimeProvider time;

    /// <summary>Connects when the first question is asked.</summary>
    /// <exception cref="CairnException">The address is not a URL on loopback.</exception>
    public CoordinatorSession(string url, TimeProvider time)
    {
        Target = $"the coordinator at {url}";
        this.time = time;
        channel = GrpcChannel.ForAddress(Loopback.RequireUrl(url), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                EnableMultipleHttp2Connections = true,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                KeepAlivePingDelay = PingDelay,
                KeepAlivePingTimeout = PingDelay,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            },
            // Lists of many points, each with its nodes.
            MaxReceiveMessageSize = 64 * 1024 * 1024,
            ThrowOperationCanceledOnCancellation = true,
        });
        client = new CoordinatorClient(channel);
    }

    /// <summary>The coordinator and its address, for messages.</summary>
    public string Target { get; }

    /// <summary>Asks one question.</summary>
    public async Task<TResponse> AskAsync<TResponse>(
        Func<CoordinatorClient, CallOptions, AsyncUnaryCall<TResponse>> question,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        var deadline = (time.GetUtcNow() + limit).UtcDateTime;
        try
        {
            using var call = question(client, new CallOptions(null, deadline, cancellationToken));
            return await call.ResponseAsync;
        }
        catch (RpcException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(failure);
        }
    }

    /// <summary>Reads a stream to its end. It has no deadline; a peer that hangs is found by pings.</summary>
    public async IAsyncEnumerable<TResponse> ReadAsync<TResponse>(
        Func<CoordinatorClient, CallOptions, AsyncServerStreamingCall<TResponse>> question,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = question(client, new CallOptions(null, null, cancellationToken));
        while (await MoveNextAsync(call, cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    private async Task<bool> MoveNextAsync<TResponse>(
        AsyncServerStreamingCall<TResponse> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken);
        }
        catch (RpcException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Translate(failure);
        }
    }

    // A call that we did not cancel was cancelled by a coordinator on its way down.
    private CairnException Translate(RpcException failure) => failure.StatusCode == StatusCode.Cancelled
        ? new CairnException(
            ErrorCode.CoordinatorUnreachable,
            $"{Target} ended the call",
            "see that it runs, then ask again",
            cause: failure)
        : RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, Target);
}
