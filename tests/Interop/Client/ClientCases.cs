using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Interop.Testing;

namespace Interop.Client;

/// <summary>The cases of the public description, by our client against any server.</summary>
internal sealed class ClientCases : IDisposable
{
    private const string Initial = "x-grpc-test-echo-initial";
    private const string Trailing = "x-grpc-test-echo-trailing-bin";
    private static readonly byte[] TrailingValue = [0xAB, 0xAB, 0xAB];
    private static readonly Metadata Gzip = new() { { "grpc-internal-encoding-request", "gzip" } };
    private readonly ObservedGzip gzip = new();
    private readonly GrpcChannel channel;
    private readonly TestService.TestServiceClient client;

    public ClientCases(Uri address)
    {
        channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { CompressionProviders = [gzip] });
        client = new TestService.TestServiceClient(channel);
    }

    private static DateTime Limit => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20);

    private static Metadata EchoMetadata => new()
    {
        { Initial, "test_initial_metadata_value" },
        { Trailing, TrailingValue },
    };

    public void Dispose() => channel.Dispose();

    public Task RunAsync(string name) => name switch
    {
        "empty_unary" => EmptyUnaryAsync(),
        "large_unary" => LargeUnaryAsync(),
        "client_streaming" => ClientStreamingAsync(),
        "server_streaming" => ServerStreamingAsync(),
        "ping_pong" => PingPongAsync(),
        "empty_stream" => EmptyStreamAsync(),
        "custom_metadata" => CustomMetadataAsync(),
        "status_code_and_message" => StatusEchoedAsync("test status message"),
        "special_status_message" => StatusEchoedAsync(
            "\t\ntest with whitespace\r\nand Unicode BMP \u263A and non-BMP \U0001F608\t\n"),
        "unimplemented_method" => UnimplementedMethodAsync(),
        "unimplemented_service" => UnimplementedServiceAsync(),
        "cancel_after_begin" => CancelAfterBeginAsync(),
        "cancel_after_first_response" => CancelAfterFirstResponseAsync(),
        "timeout_on_sleeping_server" => TimeoutOnSleepingServerAsync(),
        "concurrent_large_unary" => ConcurrentLargeUnaryAsync(),
        "half_duplex" => HalfDuplexAsync(),
        "compressed_request" => CompressedRequestAsync(),
        "client_compressed_unary" => ClientCompressedUnaryAsync(),
        "client_compressed_streaming" => ClientCompressedStreamingAsync(),
        "server_compressed_unary" => ServerCompressedUnaryAsync(),
        "server_compressed_streaming" => ServerCompressedStreamingAsync(),
        _ => throw new ArgumentException($"Unknown case '{name}'.", nameof(name)),
    };

    private static Payload PayloadOf(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static async Task AssertStatusAsync(StatusCode expected, Task call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(expected, failure.StatusCode);
    }

    private async Task EmptyUnaryAsync() => Assert.Equal(new Empty(), await client.EmptyCallAsync(new Empty(), deadline: Limit));

    private async Task LargeUnaryAsync()
    {
        var request = new SimpleRequest { ResponseSize = 314159, Payload = PayloadOf(271828) };

        var response = await client.UnaryCallAsync(request, deadline: Limit);

        Assert.Equal(314159, response.Payload.Body.Length);
    }

    private Task ConcurrentLargeUnaryAsync() => Task.WhenAll(Enumerable.Range(0, 300).Select(_ => LargeUnaryAsync()));

    private async Task ClientStreamingAsync()
    {
        using var call = client.StreamingInputCall(deadline: Limit);
        foreach (var size in new[] { 27182, 8, 1828, 45904 })
        {
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = PayloadOf(size) });
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(74922, (await call).AggregatedPayloadSize);
    }

    private async Task ServerStreamingAsync()
    {
        int[] sizes = [31415, 9, 2653, 58979];
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(sizes.Select(size => new ResponseParameters { Size = size }));

        using var call = client.StreamingOutputCall(request, deadline: Limit);
        var received = await call.ResponseStream.ReadAllAsync().Select(response => response.Payload.Body.Length).ToListAsync();

        Assert.Equal(sizes, received);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task PingPongAsync()
    {
        using var call = client.FullDuplexCall(deadline: Limit);
        foreach (var (down, up) in new[] { (31415, 27182), (9, 8), (2653, 1828), (58979, 45904) })
        {
            await call.RequestStream.WriteAsync(Ping(down, up));
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(down, call.ResponseStream.Current.Payload.Body.Length);
        }

        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task EmptyStreamAsync()
    {
        using var call = client.FullDuplexCall(deadline: Limit);
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task CustomMetadataAsync()
    {
        using var single = client.UnaryCallAsync(
            new SimpleRequest { ResponseSize = 314159, Payload = PayloadOf(271828) }, EchoMetadata, Limit);
        await single;
        AssertEchoed(await single.ResponseHeadersAsync, single.GetTrailers());

        using var duplex = client.FullDuplexCall(EchoMetadata, Limit);
        await duplex.RequestStream.WriteAsync(Ping(314159, 271828));
        await duplex.RequestStream.CompleteAsync();
        Assert.True(await duplex.ResponseStream.MoveNext());
        Assert.False(await duplex.ResponseStream.MoveNext());
        AssertEchoed(await duplex.ResponseHeadersAsync, duplex.GetTrailers());
    }

    private static void AssertEchoed(Metadata headers, Metadata trailers)
    {
        Assert.Equal("test_initial_metadata_value", headers.GetValue(Initial));
        Assert.Equal(TrailingValue, trailers.GetValueBytes(Trailing)!);
    }

    private async Task StatusEchoedAsync(string message)
    {
        var wanted = new EchoStatus { Code = (int)StatusCode.Unknown, Message = message };

        using var single = client.UnaryCallAsync(new SimpleRequest { ResponseStatus = wanted }, deadline: Limit);
        await AssertStatusAsync(StatusCode.Unknown, single.ResponseAsync);
        Assert.Equal(message, single.GetStatus().Detail);

        using var duplex = client.FullDuplexCall(deadline: Limit);
        await duplex.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = wanted });
        await AssertStatusAsync(StatusCode.Unknown, duplex.ResponseStream.MoveNext());
        Assert.Equal(message, duplex.GetStatus().Detail);
    }

    private Task UnimplementedMethodAsync() => AssertStatusAsync(
        StatusCode.Unimplemented, client.UnimplementedCallAsync(new Empty(), deadline: Limit).ResponseAsync);

    private Task UnimplementedServiceAsync() => AssertStatusAsync(
        StatusCode.Unimplemented,
        new UnimplementedService.UnimplementedServiceClient(channel).UnimplementedCallAsync(new Empty(), deadline: Limit).ResponseAsync);

    private async Task CancelAfterBeginAsync()
    {
        using var cancel = new CancellationTokenSource();
        using var call = client.StreamingInputCall(deadline: Limit, cancellationToken: cancel.Token);
        await cancel.CancelAsync();

        await AssertStatusAsync(StatusCode.Cancelled, call.ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    private async Task CancelAfterFirstResponseAsync()
    {
        using var cancel = new CancellationTokenSource();
        using var call = client.FullDuplexCall(deadline: Limit, cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(Ping(31415, 27182));
        Assert.True(await call.ResponseStream.MoveNext());
        await cancel.CancelAsync();

        await AssertStatusAsync(StatusCode.Cancelled, call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    private async Task TimeoutOnSleepingServerAsync()
    {
        using var call = client.FullDuplexCall(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(1));
        try
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = PayloadOf(27182) });
        }
        catch (RpcException early) when (early.StatusCode == StatusCode.DeadlineExceeded)
        {
            // The deadline may pass before the request is out.
        }

        await AssertStatusAsync(StatusCode.DeadlineExceeded, call.ResponseStream.MoveNext());
    }

    private async Task HalfDuplexAsync()
    {
        using var call = client.HalfDuplexCall(deadline: Limit);
        foreach (var size in new[] { 31415, 9, 2653 })
        {
            await call.RequestStream.WriteAsync(Ping(size, up: 1));
        }

        await call.RequestStream.CompleteAsync();

        var received = await call.ResponseStream.ReadAllAsync().Select(response => response.Payload.Body.Length).ToListAsync();
        Assert.Equal([31415, 9, 2653], received);
    }

    /// <summary>No case of the public description: for servers that cannot see how a request came.</summary>
    private async Task CompressedRequestAsync()
    {
        using var call = client.StreamingInputCall(Gzip, Limit);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = PayloadOf(27182) });
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = PayloadOf(45904) });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(73086, (await call).AggregatedPayloadSize);
    }

    private async Task ClientCompressedUnaryAsync()
    {
        SimpleRequest Request(bool isCompressed) => new()
        {
            ExpectCompressed = new BoolValue { Value = isCompressed },
            ResponseSize = 314159,
            Payload = PayloadOf(271828),
        };

        await AssertStatusAsync(StatusCode.InvalidArgument, client.UnaryCallAsync(Request(true), deadline: Limit).ResponseAsync);
        var compressed = await client.UnaryCallAsync(Request(true), Gzip, Limit);
        var plain = await client.UnaryCallAsync(Request(false), deadline: Limit);

        Assert.Equal((314159, 314159), (compressed.Payload.Body.Length, plain.Payload.Body.Length));
    }

    private async Task ClientCompressedStreamingAsync()
    {
        StreamingInputCallRequest Request(int size, bool isCompressed) => new()
        {
            ExpectCompressed = new BoolValue { Value = isCompressed },
            Payload = PayloadOf(size),
        };

        using var probe = client.StreamingInputCall(deadline: Limit);
        await probe.RequestStream.WriteAsync(Request(27182, isCompressed: true));
        await AssertStatusAsync(StatusCode.InvalidArgument, probe.ResponseAsync);

        using var call = client.StreamingInputCall(Gzip, Limit);
        await call.RequestStream.WriteAsync(Request(27182, isCompressed: true));
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(Request(45904, isCompressed: false));
        await call.RequestStream.CompleteAsync();
        Assert.Equal(73086, (await call).AggregatedPayloadSize);
    }

    private async Task ServerCompressedUnaryAsync()
    {
        foreach (var isCompressed in new[] { true, false })
        {
            var request = new SimpleRequest
            {
                ResponseCompressed = new BoolValue { Value = isCompressed },
                ResponseSize = 314159,
                Payload = PayloadOf(271828),
            };
            var response = await client.UnaryCallAsync(request, deadline: Limit);

            Assert.Equal((314159, isCompressed), (response.Payload.Body.Length, gzip.TakeHasInflated()));
        }
    }

    private async Task ServerCompressedStreamingAsync()
    {
        (int Size, bool IsCompressed)[] wanted = [(31415, true), (92653, false)];
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(wanted.Select(one => new ResponseParameters
        {
            Size = one.Size,
            Compressed = new BoolValue { Value = one.IsCompressed },
        }));

        using var call = client.StreamingOutputCall(request, deadline: Limit);
        var received = new List<(int Size, bool IsCompressed)>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            received.Add((response.Payload.Body.Length, gzip.TakeHasInflated()));
        }

        Assert.Equal(wanted, received);
    }

    private static StreamingOutputCallRequest Ping(int down, int up) => new()
    {
        ResponseParameters = { new ResponseParameters { Size = down } },
        Payload = PayloadOf(up),
    };
}
