using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// One call on the server. Its outcome is decided once, by the handler or by the deadline; what comes second is dropped.
/// Writes to the response and its end exclude each other.
/// </summary>
internal sealed class ServerCall : ServerCallContext, IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly ServerSettings settings;
    private readonly string method;
    private readonly CancellationToken requestAborted;
    private readonly CancellationTokenSource writesStop = new();
    private readonly Metadata responseTrailers = [];
    private Metadata? requestHeaders;
    private AuthContext? authContext;
    private MessageReader? reader;
    private ServerDeadline? deadline;
    private ResponseEncoding? responseEncoding;
    private TaskCompletionSource? pendingWrite;
    private bool isDecided;
    private bool isHandlerDone;
    private bool isClientGone;
    private bool hasBody;
    private bool hasSentHeaders;

    public ServerCall(HttpContext context, string method, ServerSettings settings)
    {
        HttpContext = context;
        this.method = method;
        this.settings = settings;
        requestAborted = context.RequestAborted;
    }

    public HttpContext HttpContext { get; }

    protected override string MethodCore => method;

    protected override string HostCore => HttpContext.Request.Host.Value ?? string.Empty;

    protected override string PeerCore => PeerName.Of(HttpContext);

    protected override DateTime DeadlineCore => deadline?.At ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => requestHeaders ??= [];

    protected override CancellationToken CancellationTokenCore => deadline?.Token ?? requestAborted;

    protected override Metadata ResponseTrailersCore => responseTrailers;

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => authContext ??= ClientCertificate.Describe(HttpContext);

    /// <summary>Reads the request's headers and starts the deadline.</summary>
    /// <exception cref="RpcException">
    /// A header cannot be read, the encoding is not known, or the deadline has passed.
    /// </exception>
    public void Begin()
    {
        var response = HttpContext.Response;
        response.ContentType = HeaderNames.ContentType;
        response.Headers[HeaderNames.AcceptEncoding] = settings.Compression.AcceptEncoding;

        var timeout = RequestHeaderReader.ReadTimeout(HttpContext.Request.Headers);
        if (timeout == TimeSpan.Zero)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, StatusMessages.DeadlineExceeded));
        }

        if (timeout is { } term)
        {
            deadline = new ServerDeadline(settings.Time, term, OnDeadline, requestAborted);
        }

        requestHeaders = RequestHeaderReader.ReadMetadata(HttpContext.Request.Headers);
        reader = new MessageReader(HttpContext.Request.BodyReader, settings.MaxReceiveMessageSize, FindDecompressor());
    }

    /// <summary>The only request message of the call.</summary>
    /// <exception cref="RpcException">UNIMPLEMENTED: there is none, or more than one.</exception>
    public async Task<T> ReadSingleAsync<T>(Func<DeserializationContext, T> deserializer)
        where T : class
    {
        var message = await ReadAsync(deserializer, CancellationToken.None).ConfigureAwait(false)
            ?? throw WireErrors.Unimplemented("The method takes one request message, but none was sent.");
        var isAtEnd = await GuardedReadAsync(reader!.TryReachEndAsync(CancellationToken.None)).ConfigureAwait(false);
        return isAtEnd
            ? message
            : throw WireErrors.Unimplemented("The method takes one request message, but more were sent.");
    }

    /// <summary>
    /// The next request message; null at the end. A reset of the stream ends the read by itself, after what came before
    /// it, so the call's own token is not needed for that.
    /// </summary>
    public Task<T?> ReadAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        EnsureHandlerRuns();
        return GuardedReadAsync(reader!.ReadAsync(deserializer, cancellationToken)).AsTask();
    }

    /// <summary>Writes one response message, and sends it unless the flags say that it may wait.</summary>
    public async Task WriteAsync<T>(
        T message, Action<T, SerializationContext> serializer, WriteFlags flags, CancellationToken cancellationToken)
        where T : class
    {
        EnterWrite();
        try
        {
            var encoding = responseEncoding ??= StartEncoding(metadata: null);
            var compressor = flags.HasFlag(WriteFlags.NoCompress) ? null : encoding.Provider;
            using (var outgoing = OutgoingMessage.Create(message, serializer, settings.MaxSendMessageSize, compressor))
            {
                AddToBody(outgoing);
            }

            if (!flags.HasFlag(WriteFlags.BufferHint))
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            LeaveWrite();
        }
    }

    /// <summary>Ends the call with its single response message and the status that the handler set.</summary>
    public async Task EndAsync<T>(T? message, Action<T, SerializationContext> serializer)
        where T : class
    {
        if (message is null)
        {
            throw WireErrors.Internal(StatusMessages.NoResponse);
        }

        var encoding = responseEncoding ??= StartEncoding(metadata: null);
        var noCompress = WriteOptions?.Flags.HasFlag(WriteFlags.NoCompress) == true;
        using var outgoing = OutgoingMessage.Create(
            message, serializer, settings.MaxSendMessageSize, noCompress ? null : encoding.Provider);
        await EndAsync(Status, responseTrailers, outgoing).ConfigureAwait(false);
    }

    /// <summary>Ends the call with <paramref name="status"/>, unless it was ended before.</summary>
    public Task EndAsync(Status status) => EndAsync(status, responseTrailers, outgoing: null);

    /// <summary>Ends the call with what <paramref name="failure"/> means.</summary>
    public Task EndAsync(Exception failure)
    {
        var isCancelled = isClientGone || CancellationToken.IsCancellationRequested;
        var (status, trailers) = FailureMapping.ToStatus(failure, isCancelled, settings.EnableDetailedErrors);
        FailureMapping.Log(settings.Logger, method, failure, status, isCancelled);
        if (!ReferenceEquals(trailers, responseTrailers))
        {
            foreach (var entry in trailers)
            {
                responseTrailers.Add(entry);
            }
        }

        return EndAsync(status, responseTrailers, outgoing: null);
    }

    /// <summary>Releases the call when handler and, where it struck, deadline are done with it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            isHandlerDone = true;
        }

        if (deadline is not null)
        {
            await deadline.DisposeAsync().ConfigureAwait(false);
        }

        writesStop.Dispose();
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        EnterWrite();
        try
        {
            if (hasSentHeaders || hasBody)
            {
                throw new InvalidOperationException("Response headers can only be sent once per call.");
            }

            foreach (var (name, value) in MetadataCodec.Encode(responseHeaders))
            {
                HttpContext.Response.Headers.Append(name, value);
            }

            responseEncoding = StartEncoding(responseHeaders);
            hasSentHeaders = true;
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            LeaveWrite();
        }
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotImplementedException("CreatePropagationToken is not implemented.");

    private ICompressionProvider? FindDecompressor()
    {
        var encoding = HttpContext.Request.Headers[HeaderNames.Encoding].ToString();
        return settings.Compression.TryFind(encoding, out var provider)
            ? provider
            : throw WireErrors.Unimplemented($"Unsupported grpc-encoding value '{encoding}'.");
    }

    private ResponseEncoding StartEncoding(Metadata? metadata)
    {
        var wanted = metadata?.GetValue(HeaderNames.EncodingRequest) ?? settings.ResponseEncoding;
        return ResponseEncoding.Start(HttpContext, settings.Compression, wanted);
    }

    private void EnsureHandlerRuns()
    {
        lock (gate)
        {
            if (isHandlerDone)
            {
                throw new InvalidOperationException("The call is over: its method has returned.");
            }
        }
    }

    private void EnterWrite()
    {
        CancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (isDecided)
            {
                throw deadline?.HasStruck == true
                    ? new OperationCanceledException("The deadline of the call has passed.")
                    : new InvalidOperationException("Can't write the message because the call is over.");
            }

            if (pendingWrite is not null)
            {
                throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
            }

            pendingWrite = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void LeaveWrite()
    {
        lock (gate)
        {
            pendingWrite!.SetResult();
            pendingWrite = null;
        }
    }

    private void AddToBody(OutgoingMessage outgoing)
    {
        hasBody = true;
        var frame = outgoing.Frame.Span;
        var body = HttpContext.Response.BodyWriter;
        frame.CopyTo(body.GetSpan(frame.Length));
        body.Advance(frame.Length);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var either = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(writesStop.Token, cancellationToken)
            : null;
        var flushed = await HttpContext.Response.BodyWriter.FlushAsync(either?.Token ?? writesStop.Token).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled || CancellationToken.IsCancellationRequested)
        {
            isClientGone |= flushed.IsCompleted;
            throw new OperationCanceledException("The call was cancelled.", CancellationToken);
        }
    }

    private async ValueTask<T> GuardedReadAsync<T>(ValueTask<T> read)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or ObjectDisposedException
            && (failure is IOException || requestAborted.IsCancellationRequested || deadline?.HasStruck == true))
        {
            isClientGone = true;
            throw new OperationCanceledException("The client reset the request stream.", failure, CancellationToken);
        }
    }

    private bool TryDecide()
    {
        lock (gate)
        {
            return !isDecided && (isDecided = true);
        }
    }

    private Task WriterIsIdle()
    {
        lock (gate)
        {
            return pendingWrite?.Task ?? Task.CompletedTask;
        }
    }

    private async Task EndAsync(Status status, Metadata trailers, OutgoingMessage? outgoing)
    {
        if (!TryDecide())
        {
            return;
        }

        await WriterIsIdle().ConfigureAwait(false);
        if (requestAborted.IsCancellationRequested)
        {
            return;
        }

        if (outgoing is not null)
        {
            AddToBody(outgoing);
        }

        WriteTrailers(status, trailers);
    }

    private void WriteTrailers(Status status, Metadata trailers) =>
        FinalStatus.Write(HttpContext, status, trailers, hasOutput: hasBody || HttpContext.Response.HasStarted);

    // Runs on the timer, beside a handler that may still read and write.
    private async Task OnDeadline()
    {
        if (!TryDecide())
        {
            return;
        }

        ServerLog.DeadlineExceeded(settings.Logger, method);
        await writesStop.CancelAsync().ConfigureAwait(false);
        await WriterIsIdle().ConfigureAwait(false);
        if (requestAborted.IsCancellationRequested)
        {
            return;
        }

        WriteTrailers(new Status(StatusCode.DeadlineExceeded, StatusMessages.DeadlineExceeded), Metadata.Empty);
        await ServerDeadline.FinishResponseAsync(HttpContext).ConfigureAwait(false);
    }
}
