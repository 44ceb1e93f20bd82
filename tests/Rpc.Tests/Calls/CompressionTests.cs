using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class CompressionTests
{
    private static readonly Ask Compressible = new() { Body = Google.Protobuf.ByteString.CopyFrom(new byte[100_000]) };

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_client_may_compress_its_requests(string encoding)
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageSize = 200_000);
        Metadata seen = [];
        host.Behaviour.One = (ask, context) =>
        {
            seen = context.RequestHeaders;
            return Task.FromResult(new Answer { Count = ask.Body.Length });
        };

        var answer = await host.OpenClient().OneAsync(Compressible, new Metadata { { "grpc-internal-encoding-request", encoding } });

        Assert.Equal(100_000, answer.Count);
        Assert.Null(seen.Get("grpc-internal-encoding-request"));
    }

    [Fact]
    public async Task A_server_compresses_for_a_client_that_offered_it()
    {
        await using var host = await ProbeHost.StartAsync(options => options.ResponseCompressionAlgorithm = "gzip");

        var offered = await RawCall.SendAsync(
            host.Address, RawCall.Frame(Compressible), headers: ("grpc-accept-encoding", "identity, gzip"));
        var notOffered = await RawCall.SendAsync(
            host.Address, RawCall.Frame(Compressible), headers: ("grpc-accept-encoding", "identity,deflate"));
        var ours = await host.OpenClient().OneAsync(Compressible);

        Assert.Equal(("gzip", 1), (offered.Headers["grpc-encoding"], offered.Body[0]));
        Assert.True(offered.Body.Length < 2_000);
        Assert.False(notOffered.Headers.ContainsKey("grpc-encoding"));
        Assert.Equal((0, 100_000), (notOffered.Body[0], ours.Body.Length));
    }

    [Fact]
    public async Task A_server_method_chooses_encoding_and_the_messages_that_use_it()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Spread = async (_, answers, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "grpc-internal-encoding-request", "deflate" } });
            answers.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
            await answers.WriteAsync(new Answer { Text = "aaaa" });
            answers.WriteOptions = null;
            await answers.WriteAsync(new Answer { Text = "bbbb" });
        };

        var raw = await RawCall.SendAsync(
            host.Address, RawCall.Frame(new Ask()), "/rpc.tests.Probe/Spread", headers: ("grpc-accept-encoding", "deflate"));
        using var call = host.OpenClient().Spread(new Ask());
        var texts = await call.ResponseStream.ReadAllAsync().Select(a => a.Text).ToListAsync();

        Assert.Equal("deflate", raw.Headers["grpc-encoding"]);
        Assert.Equal((0, 1), (raw.Body[0], raw.Body[5 + 6]));
        Assert.Equal(["aaaa", "bbbb"], texts);
    }

    [Fact]
    public async Task A_request_that_inflates_beyond_the_limit_is_refused()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageSize = 50_000);

        using var call = host.OpenClient().OneAsync(Compressible, new Metadata { { "grpc-internal-encoding-request", "gzip" } });
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task An_encoding_that_the_client_does_not_know_fails_the_call()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().OneAsync(new Ask(), new Metadata { { "grpc-internal-encoding-request", "snappy" } });

        Assert.Equal(StatusCode.Internal, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }
}
