using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Client;

public sealed class ResponseRuleTests
{
    private static readonly byte[] Message = RawCall.Frame(new Answer { Text = "hello" });

    [Fact]
    public async Task A_response_without_a_status_is_unknown()
    {
        await using var server = await HandMadeServer.StartAsync(Message, status: null);

        Assert.Equal(StatusCode.Unknown, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_number_that_is_no_status_is_unknown_and_named()
    {
        await using var server = await HandMadeServer.StartAsync(Message, status: "99");

        var failure = await FailureOfOneAsync(server);

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.Contains("99", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad %zz %C3 end%", "bad %zz %C3 end%")]
    [InlineData("%E2%98%BA %4", "\u263A %4")]
    [InlineData("%", "%")]
    public async Task A_badly_escaped_message_stays_as_it_was_sent(string sent, string expected)
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "9";
            context.Response.Headers["grpc-message"] = sent;
            return Task.CompletedTask;
        });

        var failure = await FailureOfOneAsync(server);

        Assert.Equal((StatusCode.FailedPrecondition, expected), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task A_unary_call_that_ends_well_without_a_message_is_an_internal_error()
    {
        await using var server = await HandMadeServer.StartAsync([], status: "0");

        Assert.Equal(StatusCode.Internal, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task Trailers_only_with_status_ok_to_a_unary_call_is_an_internal_error()
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "0";
            return Task.CompletedTask;
        });

        Assert.Equal(StatusCode.Internal, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_second_message_to_a_unary_call_fails_it_at_once_though_the_stream_stays_open()
    {
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync((byte[])[.. Message, .. Message]);
            await context.Response.Body.FlushAsync();
            await AbortedAsync(context);
        });

        Assert.Equal(StatusCode.Internal, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(503, StatusCode.Unavailable)]
    public async Task An_http_error_has_its_code(int httpStatus, StatusCode expected)
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Response.StatusCode = httpStatus;
            return Task.CompletedTask;
        });

        Assert.Equal(expected, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_grpc_status_wins_over_the_http_status()
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["grpc-status"] = "5";
            context.Response.Headers["grpc-message"] = "not%20here";
            return Task.CompletedTask;
        });

        var failure = await FailureOfOneAsync(server);

        Assert.Equal((StatusCode.NotFound, "not here"), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task Another_content_type_is_unknown()
    {
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>");
        });

        Assert.Equal(StatusCode.Unknown, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task An_unknown_encoding_is_an_internal_error()
    {
        await using var server = await HandMadeServer.StartAsync(Message, "0", ("grpc-encoding", "snappy"));

        Assert.Equal(StatusCode.Internal, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_length_above_the_limit_fails_the_call_before_the_message_has_come()
    {
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync((byte[])[0, 0xFF, 0xFF, 0xFF, 0xFF]);
            await context.Response.Body.FlushAsync();
            await AbortedAsync(context);
        });

        Assert.Equal(StatusCode.ResourceExhausted, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_broken_binary_header_is_left_out_and_the_others_are_read()
    {
        await using var server = await HandMadeServer.StartAsync(
            Message, "0", ("x-broken-bin", "!!"), ("x-good-bin", "q6ur,AQ=="), ("x-text", "a"), ("x-text", "b"));

        using var call = server.OpenClient().OneAsync(new Ask());
        var headers = await call.ResponseHeadersAsync;

        Assert.Equal("hello", (await call).Text);
        Assert.Null(headers.Get("x-broken-bin"));
        Assert.Equal(["ABABAB", "01"], headers.GetAll("x-good-bin").Select(e => Convert.ToHexString(e.ValueBytes)));
        Assert.Equal(["a", "b"], headers.GetAll("x-text").Select(e => e.Value));
    }

    [Theory]
    [InlineData(0, StatusCode.Internal)]
    [InlineData(1, StatusCode.Internal)]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    public async Task A_reset_before_the_headers_has_the_code_of_its_reason(int reason, StatusCode expected)
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(reason);
            return AbortedAsync(context);
        });

        Assert.Equal(expected, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Theory]
    [InlineData(0, StatusCode.Internal)]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(7, StatusCode.Unavailable)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    public async Task A_reset_inside_a_message_has_the_code_of_its_reason(int reason, StatusCode expected)
    {
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(Message.AsMemory(0, 7));
            await context.Response.Body.FlushAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(reason);
            await AbortedAsync(context);
        });

        Assert.Equal(expected, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Theory]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    public async Task A_reset_while_requests_are_open_has_the_code_of_its_reason(int reason, StatusCode expected)
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(reason);
            return AbortedAsync(context);
        });

        for (var i = 0; i < 20; i++)
        {
            using var call = server.OpenClient().Talk();
            var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soonish("the reset"));
            Assert.True(failure.StatusCode == expected, failure.ToString());
        }
    }

    [Fact]
    public async Task A_connection_dropped_while_requests_are_open_is_unavailable()
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Features.GetRequiredFeature<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>().Abort();
            return Task.CompletedTask;
        });

        for (var i = 0; i < 20; i++)
        {
            using var call = server.OpenClient().Talk();
            var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soonish("the end"));
            Assert.True(failure.StatusCode == StatusCode.Unavailable, failure.ToString());
        }
    }

    [Theory]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    [InlineData(null, StatusCode.Unavailable)]
    public async Task A_large_request_that_is_cut_off_on_its_way_has_the_code_of_the_reason(int? reason, StatusCode expected)
    {
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[1000]);
            if (reason is { } code)
            {
                context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(code);
            }
            else
            {
                context.Features.GetRequiredFeature<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>().Abort();
            }
        });
        var large = new Ask { Body = Google.Protobuf.ByteString.CopyFrom(new byte[20_000_000]) };

        for (var i = 0; i < 5; i++)
        {
            using var call = server.OpenClient().OneAsync(large);
            var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));
            Assert.True(failure.StatusCode == expected, failure.ToString());
        }
    }

    [Fact]
    public async Task A_refused_stream_is_unavailable_after_the_attempts_of_the_handler()
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(7);
            return AbortedAsync(context);
        });

        Assert.Equal(StatusCode.Unavailable, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_refused_stream_is_asked_again_with_the_same_bytes()
    {
        var attempts = 0;
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref attempts) == 1)
            {
                context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(7);
                await AbortedAsync(context);
                return;
            }

            context.Response.ContentType = "application/grpc";
            await context.Request.Body.CopyToAsync(context.Response.Body);
            context.Response.AppendTrailer("grpc-status", "0");
        });

        var answer = await server.OpenClient().OneAsync(new Ask { Text = "again" });

        Assert.Equal(("again", 2), (answer.Text, attempts));
    }

    [Fact]
    public async Task A_dropped_connection_is_unavailable()
    {
        await using var server = await HandMadeServer.StartAsync(context =>
        {
            context.Features.GetRequiredFeature<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>().Abort();
            return Task.CompletedTask;
        });

        Assert.Equal(StatusCode.Unavailable, (await FailureOfOneAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_server_that_answers_in_http_1_is_an_internal_error()
    {
        await using var listener = new FrameListener();
        using var call = CallTo(listener);

        // This and the next one hold the connection: one that a server closes with something unread is reset, and its answer may be
        // lost with it.
        using var connection = await listener.AnswerAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public async Task A_server_that_wants_http_1_is_an_internal_error()
    {
        await using var listener = new FrameListener();
        using var call = CallTo(listener);

        // HTTP_1_1_REQUIRED: what Kestrel says where it may speak HTTP/1 only.
        using var connection = await listener.TurnAwayAsync(errorCode: 13);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_unavailable()
    {
        string address;
        await using (var server = await HandMadeServer.StartAsync([], status: "0"))
        {
            address = server.Address;
        }

        var client = new Probe.ProbeClient(Grpc.Net.Client.GrpcChannel.ForAddress(address));
        var failure = await Assert.ThrowsAsync<RpcException>(() => client.OneAsync(new Ask()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    [Fact]
    public async Task A_stream_ends_with_the_messages_before_its_status()
    {
        await using var server = await HandMadeServer.StartAsync([.. Message, .. Message], status: "9");

        using var call = server.OpenClient().Spread(new Ask());

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.True(await call.ResponseStream.MoveNext());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal((StatusCode.FailedPrecondition, StatusCode.FailedPrecondition), (failure.StatusCode, call.GetStatus().StatusCode));
    }

    private static async Task<RpcException> FailureOfOneAsync(HandMadeServer server)
    {
        using var call = server.OpenClient().OneAsync(new Ask());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(failure.Status, call.GetStatus());
        return failure;
    }

    private static async Task AbortedAsync(HttpContext context)
    {
        var aborted = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    }

    private static AsyncUnaryCall<Answer> CallTo(FrameListener listener) =>
        new Probe.ProbeClient(Grpc.Net.Client.GrpcChannel.ForAddress(listener.Address)).OneAsync(new Ask());
}
