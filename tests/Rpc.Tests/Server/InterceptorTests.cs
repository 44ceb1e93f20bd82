using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Server;

public sealed class InterceptorTests
{
    [Fact]
    public async Task Interceptors_for_all_services_see_every_kind_of_call_before_those_of_the_service()
    {
        var trace = new Trace();
        await using var host = await ProbeHost.StartAsync(
            options => options.Interceptors.Add<Tracing>("all"),
            services =>
            {
                services.AddSingleton(trace);
                services.AddGrpc().AddServiceOptions<ProbeService>(options => options.Interceptors.Add<Tracing>("service"));
            });
        var client = host.OpenClient();

        await client.OneAsync(new Ask());
        using (var call = client.Collect())
        {
            await call.RequestStream.CompleteAsync();
            await call;
        }

        using (var call = client.Spread(new Ask()))
        {
            await call.ResponseStream.MoveNext();
        }

        using (var call = client.Talk())
        {
            await call.RequestStream.CompleteAsync();
            await call.ResponseStream.MoveNext();
        }

        Assert.Equal(
            ["all One", "service One", "all Collect", "service Collect", "all Spread", "service Spread", "all Talk", "service Talk"],
            trace.Lines);
    }

    [Fact]
    public async Task Options_of_a_service_start_with_those_of_all()
    {
        await using var host = await ProbeHost.StartAsync(
            options => options.EnableDetailedErrors = true,
            services => services.AddGrpc().AddServiceOptions<ProbeService>(options => options.MaxReceiveMessageSize = 10));
        host.Behaviour.One = (_, _) => throw new InvalidOperationException("seen");

        var detailed = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().OneAsync(new Ask()).ResponseAsync);
        var limited = await Assert.ThrowsAsync<RpcException>(
            () => host.OpenClient().OneAsync(new Ask { Text = "more than ten bytes" }).ResponseAsync);

        Assert.Contains("seen", detailed.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.ResourceExhausted, limited.StatusCode);
    }

    [Fact]
    public async Task An_interceptor_may_turn_an_exception_into_a_status()
    {
        await using var host = await ProbeHost.StartAsync(options => options.Interceptors.Add<Translating>());
        host.Behaviour.One = (_, _) => throw new KeyNotFoundException("k");

        var failure = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().OneAsync(new Ask()).ResponseAsync);

        Assert.Equal(new Status(StatusCode.NotFound, "no k"), failure.Status);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task Interceptors_of_a_client_run_in_the_order_listed_and_may_change_the_headers()
    {
        await using var host = await ProbeHost.StartAsync();
        string? seen = null;
        host.Behaviour.One = (_, context) =>
        {
            seen = context.RequestHeaders.GetValue("x-added");
            return Task.FromResult(new Answer());
        };
        var trace = new Trace();
        var invoker = host.OpenChannel()
            .Intercept(headers =>
            {
                headers.Add("x-added", "yes");
                return headers;
            })
            .Intercept(new Tracing("first", trace), new Tracing("second", trace));

        await new Probe.ProbeClient(invoker).OneAsync(new Ask());

        Assert.Equal(["first One", "second One"], trace.Lines);
        Assert.Equal("yes", seen);
    }

    [Fact]
    public async Task A_service_made_for_a_call_is_disposed_after_it_and_one_of_the_container_is_not()
    {
        var trace = new Trace();
        await using var made = await ProbeHost.StartAsync(
            services: services => services.AddSingleton(trace),
            routes: app => Microsoft.AspNetCore.Builder.GrpcEndpointRouteBuilderExtensions.MapGrpcService<Disposable>(app));
        await new Grpc.Health.V1.Health.HealthClient(made.OpenChannel()).CheckAsync(new());
        await Soon.Until(() => trace.Lines.Count == 1, "the service to be disposed");

        var kept = new Trace();
        await using var registered = await ProbeHost.StartAsync(
            services: services => services.AddSingleton(kept).AddSingleton<Disposable>(),
            routes: app => Microsoft.AspNetCore.Builder.GrpcEndpointRouteBuilderExtensions.MapGrpcService<Disposable>(app));
        var client = new Grpc.Health.V1.Health.HealthClient(registered.OpenChannel());
        await client.CheckAsync(new());
        await client.CheckAsync(new());

        Assert.Equal(["disposed"], trace.Lines);
        Assert.Empty(kept.Lines);
    }

    internal sealed class Trace
    {
        private readonly Lock gate = new();
        private readonly List<string> lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (gate)
                {
                    return [.. lines];
                }
            }
        }

        public void Add(string line)
        {
            lock (gate)
            {
                lines.Add(line);
            }
        }
    }

    internal sealed class Disposable(Trace trace) : Grpc.Health.V1.Health.HealthBase, IDisposable
    {
        public override Task<Grpc.Health.V1.HealthCheckResponse> Check(
            Grpc.Health.V1.HealthCheckRequest request, ServerCallContext context) =>
            Task.FromResult(new Grpc.Health.V1.HealthCheckResponse());

        public void Dispose() => trace.Add("disposed");
    }

    internal sealed class Translating : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                return await continuation(request, context);
            }
            catch (KeyNotFoundException missing)
            {
                throw new RpcException(new Status(StatusCode.NotFound, "no " + missing.Message));
            }
        }
    }

    internal sealed class Tracing(string name, Trace trace) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Note(context);
            return continuation(request, context);
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            ServerCallContext context,
            ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Note(context);
            return continuation(requestStream, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Note(context);
            return continuation(request, responseStream, context);
        }

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Note(context);
            return continuation(requestStream, responseStream, context);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            trace.Add($"{name} {context.Method.Name}");
            return continuation(request, context);
        }

        private void Note(ServerCallContext context) => trace.Add($"{name} {context.Method.Split('/')[^1]}");
    }
}
