using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One call on the client. Its outcome is decided once: by the response, a failure, the deadline or the caller, whichever
/// comes first; whoever waits for anything of the call is then released.
/// </summary>
internal sealed class ClientCall : IDisposable
{
    private const int MaxAttempts = 4;

    private readonly Lock gate = new();
    private readonly GrpcChannel channel;
    private readonly IMethod method;
    private readonly string? host;
    private readonly CallOptions options;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim readTurn = new(1, 1);
    private readonly TaskCompletionSource<Metadata> headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ClientResponse?> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CallOutcome? outcome;
    private HttpResponseMessage? httpResponse;
    private IRequestContent? content;
    private ClientDeadline? deadline;
    private CancellationTokenRegistration onCallerCancelled;

    /// <exception cref="InvalidOperationException">The deadline is not in UTC.</exception>
    /// <exception cref="ObjectDisposedException">The channel is disposed.</exception>
    public ClientCall(GrpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        ClientDeadline.EnsureUtc(options.Deadline);
        this.channel = channel;
        this.method = method;
        this.host = host;
        this.options = options;
        channel.Add(this);
    }

    public Task<Metadata> ResponseHeaders => headers.Task;

    public WriteOptions? WriteOptions => options.WriteOptions;

    private CallOutcome? Outcome
    {
        get
        {
            lock (gate)
            {
                return outcome;
            }
        }
    }

    /// <summary>Sends the request, unless the call is over already.</summary>
    public void Start(IRequestContent body)
    {
        content = body;
        if (options.CancellationToken.IsCancellationRequested)
        {
            Cancel(options.CancellationToken);
        }
        else if (ClientDeadline.HasPassed(options.Deadline, channel.Time))
        {
            OnDeadline();
        }

        if (Outcome is not null)
        {
            body.Close();
            return;
        }

        onCallerCancelled = CancelOn(options.CancellationToken);
        if (options.Deadline is { } at && at != DateTime.MaxValue)
        {
            deadline = new ClientDeadline(channel.Time, at, OnDeadline);
        }

        if (Outcome is not null)
        {
            // It ended while it was armed; whoever ended it may not have seen what was armed last.
            Disarm();
        }

        _ = SendAsync((HttpContent)body);
    }

    /// <summary>What requests are compressed with; null for nothing.</summary>
    /// <exception cref="RpcException">INTERNAL: the call asks for an encoding that is not known.</exception>
    public ICompressionProvider? CompressorFor(WriteOptions? writeOptions)
    {
        var encoding = options.Headers?.GetValue(HeaderNames.EncodingRequest);
        if (!channel.Compression.TryFind(encoding, out var provider))
        {
            throw WireErrors.Internal($"There is no compression provider for the encoding '{encoding}'.");
        }

        return writeOptions?.Flags.HasFlag(WriteFlags.NoCompress) == true ? null : provider;
    }

    /// <summary>Makes <paramref name="cancellationToken"/> cancel the call.</summary>
    public CancellationTokenRegistration CancelOn(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(
        static (state, token) => ((ClientCall)state!).Cancel(token), this);

    public Status GetStatus() => Outcome?.Status
        ?? throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata GetTrailers() => Outcome?.Trailers
        ?? throw new InvalidOperationException("Unable to get the trailers because the call is not complete.");

    public void Dispose() => Finish(new Status(StatusCode.Cancelled, "gRPC call disposed."), Metadata.Empty, isOurs: true);

    /// <exception cref="RpcException">The call is over, whatever its status.</exception>
    public void ThrowIfOver()
    {
        if (Outcome is { } done)
        {
            throw ToException(done);
        }
    }

    /// <summary>The single response of the call.</summary>
    public async Task<T> ReadSingleAsync<T>(Func<DeserializationContext, T> deserializer)
        where T : class
    {
        T? message = null;
        if (await accepted.Task.ConfigureAwait(false) is { } response)
        {
            try
            {
                message = await response.Reader.ReadAsync(deserializer, stop.Token).ConfigureAwait(false);
                EnsureSingle(message is null || await response.Reader.TryReachEndAsync(stop.Token).ConfigureAwait(false));
                var (status, trailers) = response.ReadEnd();
                Finish(message is null && status.StatusCode == StatusCode.OK ? NoResponse : status, trailers);
            }
            catch (Exception failure)
            {
                Finish(failure);
            }
        }

        var done = Outcome!;
        return done.IsOk ? message! : throw ToException(done);
    }

    /// <summary>The next response of the call; null at the end of one that went well.</summary>
    public async Task<T?> ReadAsync<T>(Func<DeserializationContext, T> deserializer)
        where T : class
    {
        if (await accepted.Task.ConfigureAwait(false) is { } response && Outcome is null)
        {
            await readTurn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                var message = await response.Reader.ReadAsync(deserializer, stop.Token).ConfigureAwait(false);
                if (message is not null && Outcome is null)
                {
                    return message;
                }

                if (message is null)
                {
                    var (status, trailers) = response.ReadEnd();
                    Finish(status, trailers);
                }
            }
            catch (Exception failure)
            {
                Finish(failure);
            }
            finally
            {
                readTurn.Release();
            }
        }

        var done = Outcome!;
        return done.IsOk ? null : throw ToException(done);
    }

    /// <summary>
    /// Why a write failed. The server has ended or reset the stream, so the call's status is near: it comes with the
    /// response's end, unless messages lie before it that only the caller may take.
    /// </summary>
    public async Task<Exception> ExplainWriteFailureAsync(Exception failure)
    {
        if (await accepted.Task.ConfigureAwait(false) is { } response && Outcome is null)
        {
            await readTurn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                if (Outcome is null && await response.Reader.TryReachEndAsync(stop.Token).ConfigureAwait(false))
                {
                    var (status, trailers) = response.ReadEnd();
                    Finish(status, trailers);
                }
            }
            catch (Exception readFailure)
            {
                Finish(readFailure);
            }
            finally
            {
                readTurn.Release();
            }
        }

        return Outcome is { } done
            ? ToException(done)
            : new RpcException(new Status(
                StatusCode.Unknown, "The server takes no more requests; read the responses for the call's status.", failure));
    }

    /// <summary>Decides the outcome, unless it is decided, and releases everyone who waits.</summary>
    public void Finish(
        Status status, Metadata trailers, bool isOurs = false, CancellationToken cancellationToken = default)
    {
        var decided = new CallOutcome(status, trailers, isOurs, cancellationToken);
        lock (gate)
        {
            if (outcome is not null)
            {
                return;
            }

            outcome = decided;
        }

        Disarm();
        channel.Remove(this);
        ClientLog.CallEnded(channel.Logger, method.FullName, status.StatusCode, status.Detail, status.DebugException);
        if (!headers.Task.IsCompleted && headers.TrySetException(ToException(decided)))
        {
            // Most callers never ask for the headers.
            _ = headers.Task.Exception;
        }

        accepted.TrySetResult(null);
        content?.Close();
        ResetStream();
    }

    private static Status NoResponse => new(StatusCode.Internal, "The server sent no response message.");

    private static void EnsureSingle(bool isAtEnd)
    {
        if (!isAtEnd)
        {
            throw WireErrors.Internal("The server sent more than one response message.");
        }
    }

    // Before the response's headers the token resets the stream, after them only disposing the response does.
    private void ResetStream()
    {
        try
        {
            stop.Cancel();
            TakeResponse()?.Dispose();
        }
        catch (Exception failure)
        {
            // Callbacks of the application hang on the token. This may run on a timer, where a throw ends the process.
            ClientLog.ResetFailed(channel.Logger, method.FullName, failure);
        }
    }

    private async Task SendAsync(HttpContent body)
    {
        try
        {
            var response = await SendUntilTakenAsync(body).ConfigureAwait(false);
            if (Keep(response))
            {
                await AcceptAsync(response).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            // The edge between HTTP and gRPC: every failure becomes the call's status.
            Finish(failure);
        }
    }

    // What a GOAWAY leaves undone is sent again by HttpClient itself, but not when it is a connection's first frame: such a connection has
    // taken nothing. A streaming body that has written a message refuses to be sent again.
    private async Task<HttpResponseMessage> SendUntilTakenAsync(HttpContent body)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Not disposed here: the body may go on for long after the response's headers.
            var request = await ClientRequest.CreateAsync(channel, method, host, options, body, stop.Token)
                .ConfigureAwait(false);
            try
            {
                return await channel.SendAsync(request, stop.Token).ConfigureAwait(false);
            }
            catch (HttpRequestException refused) when (attempt < MaxAttempts && ClientFailures.WasNeverTaken(refused))
            {
                stop.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task AcceptAsync(HttpResponseMessage response)
    {
        var head = ClientResponseHead.Read(response, channel.Logger);
        if (head.Status is { } final)
        {
            headers.TrySetResult(head.Metadata);
            var isSingle = method.Type is MethodType.Unary or MethodType.ClientStreaming;
            Finish(isSingle && final.StatusCode == StatusCode.OK ? NoResponse : final, head.Metadata);
            return;
        }

        var opened = await ClientResponse.OpenAsync(response, channel).ConfigureAwait(false);
        headers.TrySetResult(head.Metadata);
        accepted.TrySetResult(opened);
    }

    private bool Keep(HttpResponseMessage response)
    {
        lock (gate)
        {
            if (outcome is null)
            {
                httpResponse = response;
                return true;
            }
        }

        response.Dispose();
        return false;
    }

    private HttpResponseMessage? TakeResponse()
    {
        lock (gate)
        {
            var taken = httpResponse;
            httpResponse = null;
            return taken;
        }
    }

    private void Cancel(CancellationToken cancellationToken) => Finish(
        new Status(StatusCode.Cancelled, "Call canceled by the client."), Metadata.Empty, isOurs: true, cancellationToken);

    private void OnDeadline() =>
        Finish(new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), Metadata.Empty, isOurs: true);

    private void Finish(Exception failure)
    {
        var hasDeadlinePassed = ClientDeadline.HasPassed(options.Deadline, channel.Time);
        var (status, trailers) = ClientFailures.ToStatus(failure, hasDeadlinePassed);
        Finish(status, trailers, isOurs: hasDeadlinePassed && status.StatusCode == StatusCode.DeadlineExceeded);
    }

    private void Disarm()
    {
        onCallerCancelled.Unregister();
        deadline?.Dispose();
    }

    private Exception ToException(CallOutcome done) => done.ToException(channel.ThrowsOperationCanceled);
}
