namespace Grpc.Net.Client;

/// <summary>Makes the HTTP calls of a channel, returning as soon as the response's headers are there.</summary>
internal sealed class HttpSender : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);
    private readonly Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send;
    private readonly IDisposable? owned;

    private HttpSender(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, IDisposable? owned)
    {
        this.send = send;
        this.owned = owned;
    }

    public static HttpSender Create(GrpcChannelOptions options)
    {
        if (options is { HttpClient: not null, HttpHandler: not null })
        {
            throw new ArgumentException("HttpClient and HttpHandler cannot both be given.", nameof(options));
        }

        if (options.HttpClient is { } client)
        {
            return new HttpSender(
                (request, token) => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token),
                options.DisposeHttpClient ? client : null);
        }

        // An invoker, not a client: a client would add its timeout, and buffer responses.
        var isOwned = options.HttpHandler is null || options.DisposeHttpClient;
        var invoker = new HttpMessageInvoker(options.HttpHandler ?? CreateHandler(), isOwned);
        return new HttpSender(invoker.SendAsync, invoker);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        send(request, cancellationToken);

    public void Dispose() => owned?.Dispose();

    private static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout,
        KeepAlivePingDelay = TimeSpan.FromSeconds(60),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };
}
