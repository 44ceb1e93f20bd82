using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class CredentialTests
{
    private static readonly CallCredentials Token = CallCredentials.FromInterceptor((_, metadata) =>
    {
        metadata.Add("authorization", "secret");
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_credentials_travel_in_plain_text_only_when_that_is_asked_for(bool isUnsafe)
    {
        await using var host = await ProbeHost.StartAsync();
        string? seen = null;
        host.Behaviour.One = (_, context) =>
        {
            seen = context.RequestHeaders.GetValue("authorization");
            return Task.FromResult(new Answer());
        };
        var client = host.OpenClient(options => options.UnsafeUseInsecureChannelCallCredentials = isUnsafe);

        await client.OneAsync(new Ask(), new CallOptions(credentials: Token));

        Assert.Equal(isUnsafe ? "secret" : null, seen);
    }

    [Fact]
    public async Task Credentials_that_cannot_be_made_leave_the_call_unauthenticated()
    {
        await using var host = await ProbeHost.StartAsync();
        var failing = CallCredentials.FromInterceptor((_, _) => throw new InvalidOperationException("no key"));
        var client = host.OpenClient(options => options.UnsafeUseInsecureChannelCallCredentials = true);

        using var call = client.OneAsync(new Ask(), new CallOptions(credentials: CallCredentials.Compose(Token, failing)));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.DoesNotContain("no key", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Insecure_channel_credentials_take_no_call_credentials()
    {
        Assert.Throws<ArgumentException>(() => ChannelCredentials.Create(ChannelCredentials.Insecure, Token));
    }
}
