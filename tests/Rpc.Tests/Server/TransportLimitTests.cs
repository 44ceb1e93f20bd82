using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Server;

public sealed class TransportLimitTests
{
    [Fact]
    public async Task A_long_client_stream_is_not_cut_off_by_the_web_servers_limit_of_a_request()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MaxRequestBodySize = 10_000);

        using var call = host.OpenClient().Collect();
        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(new Ask { Count = 1, Body = ByteString.CopyFrom(new byte[1_000]) });
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(100, (await call).Count);
    }

    [Fact]
    public async Task A_large_unary_request_meets_the_limit_of_messages_and_no_other()
    {
        await using var host = await ProbeHost.StartAsync(
            options => options.MaxReceiveMessageSize = null, limits: limits => limits.MaxRequestBodySize = 10_000);

        var answer = await host.OpenClient(options => options.MaxReceiveMessageSize = null)
            .OneAsync(new Ask { Body = ByteString.CopyFrom(new byte[6 << 20]) });

        Assert.Equal(6 << 20, answer.Body.Length);
    }

    [Fact]
    public async Task A_client_stream_may_be_silent_for_longer_than_the_web_servers_grace()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits =>
            limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_000_000, gracePeriod: TimeSpan.FromSeconds(1.1)));

        using var call = host.OpenClient().Collect();
        await call.RequestStream.WriteAsync(new Ask { Count = 1 });

        // Real time, because the web server's rate is measured by its own clock.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, CancellationToken.None);
        await call.RequestStream.WriteAsync(new Ask { Count = 1 });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(2, (await call).Count);
    }

    [Fact]
    public async Task A_hundred_thousand_empty_messages_pass()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Collect = async (asks, _) => new Answer { Count = await asks.ReadAllAsync().CountAsync() };

        using var call = host.OpenClient().Collect();
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        for (var i = 0; i < 100_000; i++)
        {
            await call.RequestStream.WriteAsync(new Ask());
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(100_000, (await call).Count);
    }
}
