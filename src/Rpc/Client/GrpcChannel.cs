using Grpc.Core;
using Grpc.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>A channel to one address. Thread-safe and long-lived: many calls share its connections.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly Lock gate = new();
    private readonly HashSet<ClientCall> calls = [];
    private readonly HttpSender sender;
    private bool isDisposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        Address = address;
        Credentials = CheckCredentials(address, options);
        sender = HttpSender.Create(options);
        MaxSendMessageSize = options.MaxSendMessageSize;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        ThrowsOperationCanceled = options.ThrowOperationCanceledOnCancellation;
        SendsCallCredentials = Credentials.IsSecure || options.UnsafeUseInsecureChannelCallCredentials;
        Compression = new CompressionSet(options.CompressionProviders);
        HttpVersion = options.HttpVersion ?? System.Net.HttpVersion.Version20;
        HttpVersionPolicy = options.HttpVersionPolicy ?? System.Net.Http.HttpVersionPolicy.RequestVersionExact;
        Time = options.Time;
        Logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<GrpcChannel>();
    }

    internal Uri Address { get; }

    internal ChannelCredentials Credentials { get; }

    internal int? MaxSendMessageSize { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal bool ThrowsOperationCanceled { get; }

    internal bool SendsCallCredentials { get; }

    internal CompressionSet Compression { get; }

    internal Version HttpVersion { get; }

    internal HttpVersionPolicy HttpVersionPolicy { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal int ActiveCalls
    {
        get
        {
            lock (gate)
            {
                return calls.Count;
            }
        }
    }

    /// <summary>A channel to <paramref name="address"/>; a path in it is ignored.</summary>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to <paramref name="address"/>; a path in it is ignored.</summary>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) =>
        ForAddress(new Uri(address), channelOptions);

    /// <summary>A channel to <paramref name="address"/>; a path in it is ignored.</summary>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to <paramref name="address"/>; a path in it is ignored.</summary>
    /// <exception cref="ArgumentException">Handler and client are both given.</exception>
    /// <exception cref="InvalidOperationException">Credentials and scheme contradict each other.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The channel is disposed.</exception>
    public override CallInvoker CreateCallInvoker()
    {
        EnsureNotDisposed();
        return new ClientCallInvoker(this);
    }

    /// <summary>Cancels the calls that run; later ones throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        ClientCall[] running;
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            isDisposed = true;
            running = [.. calls];
        }

        foreach (var call in running)
        {
            call.Dispose();
        }

        sender.Dispose();
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        sender.SendAsync(request, cancellationToken);

    internal void Add(ClientCall call)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            calls.Add(call);
        }
    }

    internal void Remove(ClientCall call)
    {
        lock (gate)
        {
            calls.Remove(call);
        }
    }

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    private static ChannelCredentials CheckCredentials(Uri address, GrpcChannelOptions options)
    {
        var isTls = address.Scheme == Uri.UriSchemeHttps;
        if (!isTls && address.Scheme != Uri.UriSchemeHttp)
        {
            throw new ArgumentException($"The address '{address}' is neither http nor https.", nameof(address));
        }

        var credentials = options.Credentials ?? (isTls ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure);
        return credentials.IsSecure == isTls
            ? credentials
            : throw new InvalidOperationException(
                $"The credentials of the channel are for {(isTls ? "plain text" : "TLS")}, but its address is '{address}'.");
    }

    private void EnsureNotDisposed()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
        }
    }
}
