using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Core;

/// <summary>What interceptors and test doubles make: call objects out of their parts, clients without a channel, services bound to an instance.</summary>
public sealed class CallObjectTests
{
    private static readonly Task<Metadata> Headers = Task.FromResult(new Metadata { { "head", "1" } });
    private static readonly Metadata Trailers = new() { { "trail", "1" } };
    private int disposals;

    [Fact]
    public async Task A_unary_call_is_its_parts()
    {
        var call = new AsyncUnaryCall<string>(Task.FromResult("answer"), Headers, () => Status.DefaultSuccess, () => Trailers, Disposed);

        var answers = (await call, await call.ConfigureAwait(true), await call.ResponseAsync);
        call.Dispose();

        Assert.Equal(("answer", "answer", "answer"), answers);
        Assert.Equal(("1", StatusCode.OK, Trailers), ((await call.ResponseHeadersAsync).GetValue("head"), call.GetStatus().StatusCode, call.GetTrailers()));
        Assert.Equal(1, disposals);
    }

    [Fact]
    public async Task Streaming_calls_are_their_parts()
    {
        var (writer, reader) = (new Writer(), new Reader());

        using (var collect = new AsyncClientStreamingCall<string, string>(
            writer, Task.FromResult("answer"), Headers, () => Status.DefaultSuccess, () => Trailers, Disposed))
        using (var spread = new AsyncServerStreamingCall<string>(reader, Headers, () => Status.DefaultSuccess, () => Trailers, Disposed))
        using (var talk = new AsyncDuplexStreamingCall<string, string>(
            writer, reader, Headers, () => Status.DefaultSuccess, () => Trailers, Disposed))
        {
            Assert.Equal(("answer", "answer"), (await collect, await collect.ResponseAsync));
            Assert.Same(writer, collect.RequestStream);
            Assert.Same(reader, spread.ResponseStream);
            Assert.Equal((writer, reader), (talk.RequestStream, talk.ResponseStream));
            Assert.Equal(["a", "b"], await spread.ResponseStream.ReadAllAsync().ToListAsync());
            Assert.False(await spread.ResponseStream.MoveNext());
            Assert.Equal((Trailers, Trailers, Trailers), (collect.GetTrailers(), spread.GetTrailers(), talk.GetTrailers()));
        }

        Assert.Equal(3, disposals);
    }

    [Fact]
    public async Task A_writer_that_knows_no_tokens_takes_none_that_can_fire()
    {
        using var cancel = new CancellationTokenSource();
        IAsyncStreamWriter<string> writer = new Writer();

        await writer.WriteAsync("a", CancellationToken.None);

        await Assert.ThrowsAsync<NotSupportedException>(() => writer.WriteAsync("b", cancel.Token));
    }

    [Fact]
    public void A_client_without_a_channel_makes_no_calls()
    {
        var client = new Double();

        Assert.Throws<NotImplementedException>(() => client.OneAsync(new Ask()));
        Assert.Throws<NotImplementedException>(() => client.Collect());
        Assert.Throws<NotImplementedException>(() => client.Spread(new Ask()));
        Assert.Throws<NotImplementedException>(() => client.Talk());
    }

    [Fact]
    public void A_service_bound_to_an_instance_tells_its_methods_to_a_binder()
    {
        var binder = new Binder();

        Probe.BindService(new ProbeService(new ProbeBehaviour())).BindService(binder);

        Assert.Equal(["One", "Collect", "Spread", "Talk", "Missing"], binder.Names);
    }

    [Fact]
    public void A_method_is_defined_once_in_a_service()
    {
        var bytes = Marshallers.Create<byte[]>(message => message, received => received);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "s", "m", bytes, bytes);
        UnaryServerMethod<byte[], byte[]> echo = (message, _) => Task.FromResult(message);
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(method, echo);

        Assert.Throws<ArgumentException>(() => builder.AddMethod(method, echo));
        Assert.NotNull(builder.Build());
    }

    private void Disposed() => disposals++;

    private sealed class Double : Probe.ProbeClient
    {
    }

    private sealed class Writer : IClientStreamWriter<string>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task CompleteAsync() => Task.CompletedTask;

        public Task WriteAsync(string message) => Task.CompletedTask;
    }

    private sealed class Reader : IAsyncStreamReader<string>
    {
        private readonly Queue<string> left = new(["a", "b"]);

        public string Current { get; private set; } = "";

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var hasNext = left.TryDequeue(out var next);
            Current = next ?? "";
            return Task.FromResult(hasNext);
        }
    }

    private sealed class Binder : ServiceBinderBase
    {
        public List<string> Names { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Add(method, handler);

        private void Add(IMethod method, Delegate? handler)
        {
            Assert.NotNull(handler);
            Names.Add(method.Name);
        }
    }
}
