using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cairn.Shared.Serving;

/// <summary>
/// What a peer may take of a server's memory and time before any of our code has seen a call of it. The same for coordinator
/// and agent. Sizes of messages are the services' own limits, and a call's duration is its deadline's matter.
/// </summary>
public static class ServerTransport
{
    /// <summary>Calls at once on one connection; further ones wait at their client, or open another connection.</summary>
    private const int StreamsPerConnection = 128;

    /// <summary>All headers of one call, in bytes: far above what a call of ours and its credentials need.</summary>
    private const int HeaderListBytes = 32 * 1024;

    /// <summary>Headers of one call by number.</summary>
    private const int HeaderCount = 100;

    /// <summary>What a client may send ahead of the method that reads it, in bytes, on one call and on one connection.</summary>
    private const int StreamWindowBytes = 768 * 1024;
    private const int ConnectionWindowBytes = 1024 * 1024;

    /// <summary>A call's headers must be complete within this time, and a connection without a call is closed after the other.</summary>
    private static readonly TimeSpan HeadersTerm = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan IdleTerm = TimeSpan.FromSeconds(130);

    /// <summary>A peer that went away without a word is noticed after the sum of these.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PingTerm = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A client whose system takes less of what was sent to it than this many bytes a second is cut off, after the grace or, if
    /// that is longer, the time that what was sent would take at this rate. Until then the buffers of its connection hold it.
    /// </summary>
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(30));

    /// <summary>
    /// The same for a request that is one message. A stream of requests may pause: what ends it are its deadline and the pings.
    /// </summary>
    private static readonly MinDataRate SlowestWriter = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(15));

    /// <summary>Sets the limits.</summary>
    public static void Bound(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxRequestHeadersTotalSize = HeaderListBytes;
        limits.MaxRequestHeaderCount = HeaderCount;
        limits.RequestHeadersTimeout = HeadersTerm;
        limits.KeepAliveTimeout = IdleTerm;
        limits.MinRequestBodyDataRate = SlowestWriter;
        limits.MinResponseDataRate = SlowestReader;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        limits.Http2.MaxRequestHeaderFieldSize = HeaderListBytes;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.KeepAlivePingDelay = PingDelay;
        limits.Http2.KeepAlivePingTimeout = PingTerm;
    }
}
