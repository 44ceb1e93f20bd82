using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Reflection;

public sealed class ReflectionTests
{
    [Fact]
    public async Task The_mapped_services_are_listed()
    {
        var answer = await AskAsync(new ServerReflectionRequest { ListServices = "" });

        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "rpc.tests.Probe"],
            answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("rpc.tests.Probe", "probe.proto")]
    [InlineData("rpc.tests.Probe.One", "probe.proto")]
    [InlineData("rpc.tests.Ask", "probe.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    public async Task A_symbol_leads_to_its_file(string symbol, string file)
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        Assert.Equal(file, Parse(answer)[^1].Name);
    }

    [Fact]
    public async Task A_file_by_its_name_builds_again_from_the_answer_alone()
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileByFilename = "probe.proto" });

        var files = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto);
        Assert.Equal(
            ProbeReflection.Descriptor.Services[0].Methods.Select(method => method.FullName),
            files[^1].Services[0].Methods.Select(method => method.FullName));
    }

    [Fact]
    public async Task What_is_not_known_is_not_found_and_the_stream_goes_on()
    {
        await using var host = await StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.OpenChannel()).ServerReflectionInfo();
        ServerReflectionRequest[] questions =
        [
            new() { Host = "h", FileContainingSymbol = "no.such.Thing" },
            new() { Host = "h", FileByFilename = "nothing.proto" },
            new() { Host = "h", AllExtensionNumbersOfType = "rpc.tests.Ask" },
            new() { Host = "h", FileContainingExtension = new ExtensionRequest { ContainingType = "rpc.tests.Ask" } },
        ];

        var codes = new List<StatusCode>();
        foreach (var question in questions)
        {
            await call.RequestStream.WriteAsync(question);
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal((question, "h"), (call.ResponseStream.Current.OriginalRequest, call.ResponseStream.Current.ValidHost));
            codes.Add((StatusCode)call.ResponseStream.Current.ErrorResponse.ErrorCode);
        }

        Assert.Equal([StatusCode.NotFound, StatusCode.NotFound, StatusCode.Unimplemented, StatusCode.Unimplemented], codes);
    }

    private static Task<ProbeHost> StartAsync() => ProbeHost.StartAsync(
        services: services => services.AddGrpcReflection().AddGrpcHealthChecks(),
        routes: app =>
        {
            app.MapGrpcHealthChecksService();
            app.MapGrpcReflectionService();
        });

    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        await using var host = await StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.OpenChannel()).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        return Assert.Single(await call.ResponseStream.ReadAllAsync().ToListAsync());
    }

    private static List<FileDescriptorProto> Parse(ServerReflectionResponse answer) =>
        [.. answer.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];
}
