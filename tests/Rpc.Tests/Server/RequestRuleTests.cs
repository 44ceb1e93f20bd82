using System.Net;
using Microsoft.AspNetCore.Builder;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Server;

public sealed class RequestRuleTests
{
    private static readonly byte[] Message = RawCall.Frame(new Ask { Text = "hello" });

    [Fact]
    public async Task A_call_without_te_is_served_and_its_status_comes_in_trailers()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message);

        Assert.Equal(HttpStatusCode.OK, response.HttpStatus);
        Assert.Equal("application/grpc", response.Headers["content-type"]);
        Assert.Equal("0", response.Trailers["grpc-status"]);
        Assert.Equal(RawCall.Frame(new Answer { Text = "hello" }), response.Body);
    }

    [Fact]
    public async Task A_message_in_frames_of_one_byte_is_served()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, new SingleBytesContent(Message));

        Assert.Equal("0", response.GrpcStatus);
        Assert.Equal(RawCall.Frame(new Answer { Text = "hello" }), response.Body);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpcx")]
    [InlineData(null)]
    public async Task Another_content_type_is_refused_with_415(string? contentType)
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message, contentType: contentType);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "13"), (response.HttpStatus, response.GrpcStatus));
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    [InlineData("APPLICATION/GRPC")]
    public async Task Variants_of_the_content_type_are_served(string contentType)
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message, contentType: contentType);

        Assert.Equal("0", response.GrpcStatus);
    }

    [Fact]
    public async Task Get_is_answered_with_405_and_the_method_that_is_allowed()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, [], method: HttpMethod.Get);

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "POST"), (response.HttpStatus, response.Headers["allow"]));
    }

    [Fact]
    public async Task A_unary_call_without_a_message_is_unimplemented()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, []);

        Assert.Equal(("12", true), (response.GrpcStatus, response.IsTrailersOnly));
    }

    [Fact]
    public async Task A_unary_call_with_two_messages_is_unimplemented()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, [.. Message, .. Message]);

        Assert.Equal("12", response.GrpcStatus);
    }

    [Fact]
    public async Task A_truncated_message_is_an_internal_error()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message[..^1]);

        Assert.Equal("13", response.GrpcStatus);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_compressed_flag_that_nothing_announced_is_an_internal_error(byte flag)
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, RawCall.Frame([], flag));

        Assert.Equal("13", response.GrpcStatus);
    }

    [Fact]
    public async Task A_compressed_flag_with_encoding_identity_is_an_internal_error()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, RawCall.Frame([], flag: 1), headers: ("grpc-encoding", "identity"));

        Assert.Equal("13", response.GrpcStatus);
    }

    [Fact]
    public async Task A_request_that_does_not_parse_is_an_internal_error()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, RawCall.Frame([0x0A, 0xFF, 0x01]));

        Assert.Equal("13", response.GrpcStatus);
        Assert.Empty(host.Log.Errors);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1S")]
    [InlineData("1000000000S")]
    public async Task An_unreadable_timeout_is_an_internal_error(string timeout)
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message, headers: ("grpc-timeout", timeout));

        Assert.Equal("13", response.GrpcStatus);
    }

    [Fact]
    public async Task A_timeout_of_zero_has_expired_before_the_service_is_called()
    {
        await using var host = await ProbeHost.StartAsync();
        var isCalled = false;
        host.Behaviour.One = (_, _) =>
        {
            isCalled = true;
            return Task.FromResult(new Answer());
        };

        var response = await RawCall.SendAsync(host.Address, Message, headers: ("grpc-timeout", "0S"));

        Assert.Equal(("4", false), (response.GrpcStatus, isCalled));
    }

    [Fact]
    public async Task An_unknown_encoding_is_unimplemented_and_the_known_ones_are_named()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message, headers: ("grpc-encoding", "snappy"));

        Assert.Equal("12", response.GrpcStatus);
        Assert.Contains("snappy", response.Headers["grpc-message"], StringComparison.Ordinal);
        Assert.Equal("identity,gzip,deflate", response.Headers["grpc-accept-encoding"]);
    }

    [Fact]
    public async Task A_binary_header_that_is_not_base64_is_an_internal_error()
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message, headers: ("x-data-bin", "!!"));

        Assert.Equal("13", response.GrpcStatus);
    }

    [Theory]
    [InlineData("/rpc.tests.Probe/Nothing")]
    [InlineData("/rpc.tests.Probe/one")]
    [InlineData("/no.such.Service/One")]
    [InlineData("/rpc.tests.Probe/Missing")]
    public async Task An_unknown_method_or_service_is_unimplemented_in_trailers_only(string path)
    {
        await using var host = await ProbeHost.StartAsync();

        var response = await RawCall.SendAsync(host.Address, Message, path);

        Assert.Equal((HttpStatusCode.OK, "12", true), (response.HttpStatus, response.GrpcStatus, response.IsTrailersOnly));
        Assert.Equal("application/grpc", response.Headers["content-type"]);
    }

    [Fact]
    public async Task Requests_that_are_not_grpc_keep_their_404()
    {
        await using var host = await ProbeHost.StartAsync();

        var get = await RawCall.SendAsync(host.Address, [], "/console/page", method: HttpMethod.Get);
        var post = await RawCall.SendAsync(host.Address, [], "/console/page", contentType: "application/json");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (get.HttpStatus, post.HttpStatus));
    }

    [Fact]
    public async Task Other_routes_live_beside_the_services()
    {
        await using var host = await ProbeHost.StartAsync(routes: app => app.MapGet("/console/page", () => "here"));

        var get = await RawCall.SendAsync(host.Address, [], "/console/page", method: HttpMethod.Get);

        Assert.Equal(HttpStatusCode.OK, get.HttpStatus);
    }

    [Fact]
    public async Task A_length_above_the_limit_is_refused_before_the_message_has_come()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageSize = 1000);
        byte[] prefixOfFourGigabytes = [0, 0xFF, 0xFF, 0xFF, 0xFF];

        var response = await RawCall.SendAsync(host.Address, prefixOfFourGigabytes);

        Assert.Equal(("8", true), (response.GrpcStatus, response.IsTrailersOnly));
    }
}
