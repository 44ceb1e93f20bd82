using System.IO.Compression;
using System.Net.Sockets;
using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Server;

/// <summary>How services become endpoints, and what is said of them there.</summary>
public sealed class MappingTests
{
    private static readonly byte[] Message = RawCall.Frame(new Ask { Text = "hello" });

    [Fact]
    public async Task An_endpoint_knows_which_method_of_which_service_it_serves()
    {
        await using var host = await ProbeHost.StartAsync();

        var methods = host.Application.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>())
            .OfType<GrpcMethodMetadata>()
            .ToList();

        Assert.All(methods, method => Assert.Equal(typeof(ProbeService), method.ServiceType));
        Assert.Equal(
            ["/rpc.tests.Probe/Collect", "/rpc.tests.Probe/Missing", "/rpc.tests.Probe/One", "/rpc.tests.Probe/Spread", "/rpc.tests.Probe/Talk"],
            methods.Select(method => method.Method.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Conventions_hold_for_every_method_of_a_service_and_for_no_other_service()
    {
        await using var host = await ProbeHost.StartAsync(
            services: services => services.AddGrpcHealthChecks(),
            routes: app => app.MapGrpcHealthChecksService().RequireHost("elsewhere.example"));

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => new Grpc.Health.V1.Health.HealthClient(host.OpenChannel()).CheckAsync(new Grpc.Health.V1.HealthCheckRequest()).ResponseAsync);
        var other = await host.OpenClient().OneAsync(new Ask { Text = "here" });

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
        Assert.Equal("here", other.Text);
    }

    [Fact]
    public async Task Calls_of_what_is_unknown_are_left_to_other_endpoints_where_that_is_asked_for()
    {
        await using var host = await ProbeHost.StartAsync(
            options => options.IgnoreUnknownServices = true,
            routes: app => app.MapPost("/no.such.Service/One", () => "here"));

        var elsewhere = await RawCall.SendAsync(host.Address, Message, "/no.such.Service/One");
        var service = await RawCall.SendAsync(host.Address, Message, "/no.such.Service/Other");
        var method = await RawCall.SendAsync(host.Address, Message, "/rpc.tests.Probe/Nothing");
        var known = await RawCall.SendAsync(host.Address, Message);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.NotFound, "0"),
            (elsewhere.HttpStatus, service.HttpStatus, method.HttpStatus, known.GrpcStatus));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression, false)]
    [InlineData(CompressionLevel.SmallestSize, true)]
    public async Task The_level_says_how_hard_responses_are_compressed(CompressionLevel level, bool isSmall)
    {
        await using var host = await ProbeHost.StartAsync(options =>
        {
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = level;
        });

        var response = await RawCall.SendAsync(
            host.Address, RawCall.Frame(new Ask { Text = new string('a', 10_000) }), headers: ("grpc-accept-encoding", "gzip"));

        Assert.Equal(1, response.Body[0]);
        Assert.Equal(isSmall, response.Body.Length < 1_000);
    }

    [Fact]
    public async Task An_encoding_for_responses_that_the_server_does_not_know_ends_the_start()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => ProbeHost.StartAsync(options => options.ResponseCompressionAlgorithm = "snappy"));
    }

    [Fact]
    public async Task A_peer_on_a_socket_of_the_file_system_is_named_by_its_path()
    {
        var path = Path.Combine(Path.GetTempPath(), $"rpc-{Guid.NewGuid():N}.sock");
        await using var host = await ProbeHost.StartAsync(
            server: kestrel => kestrel.ListenUnixSocket(path, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        host.Behaviour.One = (_, context) => Task.FromResult(new Answer { Text = context.Peer });
        var client = host.OpenClient(options => options.HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

        Assert.Equal("unix:" + path, (await client.OneAsync(new Ask())).Text);
    }

    [Fact]
    public async Task A_channel_that_was_shut_down_makes_no_more_calls()
    {
        await using var host = await ProbeHost.StartAsync();
        var channel = host.OpenChannel();
        var client = new Probe.ProbeClient(channel);
        await client.OneAsync(new Ask());

        await channel.ShutdownAsync();

        Assert.Throws<ObjectDisposedException>(() => client.OneAsync(new Ask()));
    }
}
