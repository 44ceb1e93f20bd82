using Grpc.Core;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>How a channel makes its calls.</summary>
public sealed class GrpcChannelOptions
{
    private const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>Credentials of the channel; null for those that the address's scheme implies.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>The largest request message in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>
    /// The largest response message in bytes, also after decompression; null for no limit. Default 4 MiB.
    /// </summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    /// <summary>What makes the HTTP calls; null for the channel's own handler. Not together with a client.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>What makes the HTTP calls; its timeout applies to them. Not together with a handler.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>Whether the given handler or client is disposed with the channel. Default false.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Where the channel logs; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Whether a cancelled call, or one whose deadline has passed, throws <see cref="OperationCanceledException"/> instead
    /// of <see cref="RpcException"/>. Default false.
    /// </summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials may travel in plain text. Default false: they are left out.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>Encodings besides gzip and deflate, or instead of them; null for none.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>The HTTP version; null for 2.</summary>
    public Version? HttpVersion { get; set; }

    /// <summary>How strictly the version is held; null for exactly.</summary>
    public HttpVersionPolicy? HttpVersionPolicy { get; set; }

    /// <summary>The clock of deadlines.</summary>
    internal TimeProvider Time { get; set; } = TimeProvider.System;
}
