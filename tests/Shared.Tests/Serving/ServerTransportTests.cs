using Cairn.Shared.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cairn.Shared.Tests.Serving;

public sealed class ServerTransportTests
{
    [Fact]
    public void Nothing_that_a_peer_may_take_is_without_a_bound()
    {
        var kestrel = new KestrelServerOptions();

        ServerTransport.Bound(kestrel);

        var limits = kestrel.Limits;
        Assert.InRange(limits.MaxRequestHeadersTotalSize, 8 * 1024, 64 * 1024);
        Assert.InRange(limits.Http2.MaxRequestHeaderFieldSize, 8 * 1024, 64 * 1024);
        Assert.InRange(limits.MaxRequestHeaderCount, 50, 200);
        Assert.InRange(limits.Http2.MaxStreamsPerConnection, 100, 256);
        Assert.InRange(limits.RequestHeadersTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.InRange(limits.KeepAliveTimeout, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5));
        Assert.InRange(limits.Http2.KeepAlivePingDelay + limits.Http2.KeepAlivePingTimeout, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(2));
        Assert.NotNull(limits.MinRequestBodyDataRate);
        Assert.NotNull(limits.MinResponseDataRate);
        Assert.NotNull(limits.MaxRequestBodySize);
    }
}
