using Grpc.Core;

namespace Rpc.Tests.Core;

public sealed class ValueTests
{
    [Fact]
    public void A_status_tells_its_code_and_text()
    {
        Assert.Equal("Status(StatusCode=\"NotFound\", Detail=\"no such thing\")", new Status(StatusCode.NotFound, "no such thing").ToString());
        Assert.Equal((StatusCode.OK, ""), (Status.DefaultSuccess.StatusCode, Status.DefaultSuccess.Detail));
        Assert.Equal((StatusCode.Cancelled, ""), (Status.DefaultCancelled.StatusCode, Status.DefaultCancelled.Detail));
        Assert.Equal((StatusCode.OK, ""), (default(Status).StatusCode, default(Status).Detail));
    }

    [Fact]
    public void An_rpc_exception_has_its_status_its_trailers_and_what_led_to_it()
    {
        var cause = new IOException("gone");
        var status = new Status(StatusCode.Unavailable, "down", cause);

        var plain = new RpcException(status);
        var full = new RpcException(status, new Metadata { { "a", "1" } }, "told so");

        Assert.Equal((StatusCode.Unavailable, status.ToString()), (plain.StatusCode, plain.Message));
        Assert.Same(cause, plain.InnerException);
        Assert.Empty(plain.Trailers);
        Assert.Equal("told so", new RpcException(status, "told so").Message);
        Assert.Equal(("told so", "1"), (full.Message, full.Trailers.GetValue("a")));
        Assert.Equal("1", new RpcException(status, new Metadata { { "a", "1" } }).Trailers.GetValue("a"));
        Assert.Throws<ArgumentNullException>(() => new RpcException(status, trailers: null!));
    }

    [Fact]
    public void Call_options_are_copied_when_they_are_changed()
    {
        using var cancel = new CancellationTokenSource();
        var headers = new Metadata();
        var deadline = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var writing = new WriteOptions(WriteFlags.NoCompress);
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var plain = new CallOptions();

        var changed = plain.WithHeaders(headers).WithDeadline(deadline).WithCancellationToken(cancel.Token)
            .WithWriteOptions(writing).WithCredentials(credentials).WithWaitForReady();

        Assert.Equal(
            (headers, deadline, cancel.Token, writing, credentials, true),
            (changed.Headers, changed.Deadline, changed.CancellationToken, changed.WriteOptions, changed.Credentials, changed.IsWaitForReady));
        Assert.Equal((null, null, null, false), (plain.Headers, plain.Deadline, plain.WriteOptions, plain.IsWaitForReady));
        Assert.False(changed.WithWaitForReady(waitForReady: false).IsWaitForReady);
        Assert.Equal(default, WriteOptions.Default.Flags);
    }

    [Fact]
    public void A_marshaller_over_arrays_can_be_used_over_buffers_and_not_the_other_way_round()
    {
        var arrays = Marshallers.Create<byte[]>(message => message, bytes => bytes);
        var buffers = Marshallers.Create<byte[]>((message, context) => context.Complete(message), context => context.PayloadAsNewBuffer());

        Assert.Equal([1], arrays.Serializer([1]));
        Assert.Equal([1], arrays.Deserializer([1]));
        Assert.NotNull(arrays.ContextualSerializer);
        Assert.NotNull(arrays.ContextualDeserializer);
        Assert.Throws<NotSupportedException>(() => buffers.Serializer);
        Assert.Throws<NotSupportedException>(() => buffers.Deserializer);
    }

    [Fact]
    public void A_method_has_the_path_that_goes_on_the_wire()
    {
        var bytes = Marshallers.Create<byte[]>(message => message, received => received);
        IMethod method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, "a.b.Service", "Do", bytes, bytes);

        Assert.Equal(
            (MethodType.DuplexStreaming, "a.b.Service", "Do", "/a.b.Service/Do"),
            (method.Type, method.ServiceName, method.Name, method.FullName));
    }

    [Fact]
    public void An_auth_context_without_an_identity_is_of_nobody()
    {
        var name = AuthProperty.Create("name", "wert"u8.ToArray());
        var nobody = new AuthContext(null, []);
        var somebody = new AuthContext("name", new() { ["name"] = [name] });

        Assert.Equal((false, null), (nobody.IsPeerAuthenticated, nobody.PeerIdentityPropertyName));
        Assert.Empty(nobody.PeerIdentity);
        Assert.Empty(nobody.Properties);
        Assert.True(somebody.IsPeerAuthenticated);
        Assert.Equal(["wert"], somebody.PeerIdentity.Select(property => property.Value));
        Assert.Equal("wert"u8.ToArray(), Assert.Single(somebody.FindPropertiesByName("name")).ValueBytes);
        Assert.Empty(somebody.FindPropertiesByName("other"));
    }
}
