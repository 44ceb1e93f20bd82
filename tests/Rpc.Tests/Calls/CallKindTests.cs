using Google.Protobuf;
using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class CallKindTests
{
    [Fact]
    public async Task A_unary_call_brings_back_its_response()
    {
        await using var host = await ProbeHost.StartAsync();

        var answer = await host.OpenClient().OneAsync(new Ask { Text = "hello", Count = 7 });

        Assert.Equal(("hello", 7), (answer.Text, answer.Count));
    }

    [Fact]
    public async Task A_blocking_unary_call_brings_back_its_response()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.OpenClient();

        var answer = await Task.Run(() => client.One(new Ask { Text = "blocked" }));

        Assert.Equal("blocked", answer.Text);
    }

    [Fact]
    public async Task A_message_of_several_megabytes_passes_both_ways()
    {
        await using var host = await ProbeHost.StartAsync();
        var body = new byte[3_000_000];
        Random.Shared.NextBytes(body);

        var answer = await host.OpenClient().OneAsync(new Ask { Body = ByteString.CopyFrom(body) });

        Assert.True(answer.Body.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task An_empty_message_is_a_message()
    {
        await using var host = await ProbeHost.StartAsync();

        var answer = await host.OpenClient().OneAsync(new Ask());

        Assert.Equal(new Answer(), answer);
    }

    [Fact]
    public async Task Client_streaming_collects_all_requests()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().Collect();
        foreach (var size in new[] { 1, 2, 3 })
        {
            await call.RequestStream.WriteAsync(new Ask { Count = size });
        }

        await call.RequestStream.CompleteAsync();
        var answer = await call;

        Assert.Equal(6, answer.Count);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Server_streaming_brings_all_responses_in_order()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().Spread(new Ask { Count = 100 });
        var counts = await call.ResponseStream.ReadAllAsync().Select(answer => answer.Count).ToListAsync();

        Assert.Equal(Enumerable.Range(0, 100), counts);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Duplex_streaming_answers_each_request_before_the_next_is_sent()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().Talk();
        for (var i = 0; i < 10; i++)
        {
            await call.RequestStream.WriteAsync(new Ask { Count = i });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }
}
