using Google.Protobuf;
using Grpc.Core;
using Interop.Testing;

namespace Interop.Server;

/// <summary>The test service as the public description wants it.</summary>
internal sealed class TestService(ObservedCalls calls, ObservedGzip gzip) : Testing.TestService.TestServiceBase
{
    private const string Initial = "x-grpc-test-echo-initial";
    private const string Trailing = "x-grpc-test-echo-trailing-bin";

    // No part of the public description: a call with this header is not answered.
    private const string Hold = "x-interop-hold";

    public override async Task<Empty> EmptyCall(Empty request, ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        return new Empty();
    }

    public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
    {
        CheckCompression(request.ExpectCompressed);
        await using var watch = calls.Watch(context);
        if (context.RequestHeaders.Get(Hold) is not null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
        }

        await EchoMetadataAsync(context, request.ResponseCompressed?.Value == true);
        ThrowWanted(request.ResponseStatus);
        return new SimpleResponse { Payload = PayloadOf(request.ResponseSize) };
    }

    public override async Task StreamingOutputCall(
        StreamingOutputCallRequest request,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await using var watch = calls.Watch(context);
        await EchoMetadataAsync(context, request.ResponseParameters.Any(parameters => parameters.Compressed?.Value == true));
        await RespondAsync(request, responseStream, context);
    }

    public override async Task<StreamingInputCallResponse> StreamingInputCall(
        IAsyncStreamReader<StreamingInputCallRequest> requestStream, ServerCallContext context)
    {
        await using var watch = calls.Watch(context);
        await EchoMetadataAsync(context);
        var size = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            CheckCompression(request.ExpectCompressed);
            size += request.Payload.Body.Length;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = size };
    }

    public override async Task FullDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await using var watch = calls.Watch(context);
        await EchoMetadataAsync(context);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await RespondAsync(request, responseStream, context);
        }
    }

    public override async Task HalfDuplexCall(
        IAsyncStreamReader<StreamingOutputCallRequest> requestStream,
        IServerStreamWriter<StreamingOutputCallResponse> responseStream,
        ServerCallContext context)
    {
        await EchoMetadataAsync(context);
        foreach (var request in await requestStream.ReadAllAsync(context.CancellationToken).ToListAsync())
        {
            await RespondAsync(request, responseStream, context);
        }
    }

    private static async Task RespondAsync(
        StreamingOutputCallRequest request,
        IServerStreamWriter<StreamingOutputCallResponse> responses,
        ServerCallContext context)
    {
        ThrowWanted(request.ResponseStatus);
        foreach (var parameters in request.ResponseParameters)
        {
            var interval = TimeSpan.FromMicroseconds(parameters.IntervalUs);
            await Task.Delay(interval, TimeProvider.System, context.CancellationToken);
            responses.WriteOptions = parameters.Compressed?.Value == true ? null : new WriteOptions(WriteFlags.NoCompress);
            await responses.WriteAsync(new StreamingOutputCallResponse { Payload = PayloadOf(parameters.Size) });
        }
    }

    private static async Task EchoMetadataAsync(ServerCallContext context, bool isCompressed = false)
    {
        if (context.RequestHeaders.GetValueBytes(Trailing) is { } trailing)
        {
            context.ResponseTrailers.Add(Trailing, trailing);
        }

        Metadata headers = [];
        if (context.RequestHeaders.GetValue(Initial) is { } initial)
        {
            headers.Add(Initial, initial);
        }

        if (isCompressed)
        {
            headers.Add("grpc-internal-encoding-request", "gzip");
        }

        if (headers.Count > 0)
        {
            await context.WriteResponseHeadersAsync(headers);
        }
    }

    private void CheckCompression(BoolValue? expected)
    {
        var isCompressed = gzip.TakeHasInflated();
        if (expected is not null && expected.Value != isCompressed)
        {
            throw new RpcException(new Status(
                StatusCode.InvalidArgument, $"The message was {(isCompressed ? "" : "not ")}compressed."));
        }
    }

    private static void ThrowWanted(EchoStatus? wanted)
    {
        if (wanted is { Code: not 0 })
        {
            throw new RpcException(new Status((StatusCode)wanted.Code, wanted.Message));
        }
    }

    private static Payload PayloadOf(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
