using System.Net;
using Cairn.Shared.Calls;
using Cairn.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Shared.Tests.Calls;

/// <summary>
/// A front server whose <c>Describe</c> does what the test says, and a back server that records with what deadline it was
/// called, and then waits until the call is cancelled.
/// </summary>
internal sealed class TwoServers : IAsyncDisposable
{
    private readonly List<WebApplication> applications = [];
    private readonly List<GrpcChannel> channels = [];

    /// <summary>What the front server's method does.</summary>
    public Func<ServerCallContext, Task> Front { get; set; } = _ => Task.CompletedTask;

    /// <summary>The call that arrived at the back server.</summary>
    public TaskCompletionSource<DateTime> Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when that call was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>To the front server.</summary>
    public Agent.AgentClient Client { get; private set; } = null!;

    /// <summary>To the back server, by an invoker that carries deadlines.</summary>
    public CallInvoker Back { get; private set; } = null!;

    public static async Task<TwoServers> StartAsync()
    {
        var servers = new TwoServers();
        var front = await servers.StartAsync(typeof(FrontService), app => app.MapGrpcService<FrontService>());
        var back = await servers.StartAsync(typeof(BackService), app =>
        {
            app.MapGrpcService<BackService>();
            app.MapGrpcService<BackReflection>();
        });
        servers.Client = new Agent.AgentClient(front);
        servers.Back = back.Intercept(new DeadlineInterceptor());
        return servers;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        foreach (var application in applications)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await application.StopAsync(limit.Token);
            await application.DisposeAsync();
        }
    }

    private async Task<GrpcChannel> StartAsync(Type service, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(this).AddSingleton(service);
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<ServedCallInterceptor>());
        var application = builder.Build();
        map(application);
        await application.StartAsync();
        applications.Add(application);
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var channel = GrpcChannel.ForAddress(address);
        channels.Add(channel);
        return channel;
    }

    private async Task RecordAsync(ServerCallContext context)
    {
        Arrived.TrySetResult(context.Deadline);
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.CancellationToken.Register(() => fired.TrySetResult());
        await fired.Task;
        Cancelled.TrySetResult();
    }

    private sealed class FrontService(TwoServers servers) : Agent.AgentBase
    {
        public override async Task<NodeDescription> Describe(DescribeRequest request, ServerCallContext context)
        {
            await servers.Front(context);
            return new NodeDescription();
        }

        public override Task WatchTask(
            WatchTaskRequest request, IServerStreamWriter<V1.TaskStatus> responseStream, ServerCallContext context) =>
            servers.Front(context);
    }

    private sealed class BackService(TwoServers servers) : Agent.AgentBase
    {
        public override async Task<NodeDescription> Describe(DescribeRequest request, ServerCallContext context)
        {
            await servers.RecordAsync(context);
            return new NodeDescription();
        }

        public override Task WatchTask(
            WatchTaskRequest request, IServerStreamWriter<V1.TaskStatus> responseStream, ServerCallContext context) =>
            servers.RecordAsync(context);

        public override async Task<PutMetadataResponse> PutMetadata(
            IAsyncStreamReader<MetadataChunk> requestStream, ServerCallContext context)
        {
            await servers.RecordAsync(context);
            return new PutMetadataResponse();
        }
    }

    private sealed class BackReflection(TwoServers servers) : ServerReflection.ServerReflectionBase
    {
        public override Task ServerReflectionInfo(
            IAsyncStreamReader<ServerReflectionRequest> requestStream,
            IServerStreamWriter<ServerReflectionResponse> responseStream,
            ServerCallContext context) => servers.RecordAsync(context);
    }
}
