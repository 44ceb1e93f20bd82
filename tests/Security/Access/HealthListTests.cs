using System.Text;
using Cairn.Security.Identity;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.TestKit;
using Grpc.Core;

namespace Cairn.Security.Access;

/// <summary>
/// <c>List</c> is younger than the rest of the health contract, and the official packages may not have it yet. So it is called by
/// hand here, and these tests compile with both.
/// </summary>
public sealed class HealthListTests : IAsyncLifetime, IDisposable
{
    private readonly ManualTimeProvider time = TestClock.AtNow();
    private readonly Scratch files = new();
    private SecureCoordinator coordinator = null!;

    private static bool IsOurGrpc => typeof(Status).Assembly.GetName().Name == "Rpc";

    public async Task InitializeAsync() => coordinator = await SecureCoordinator.StartAsync(files.At("coordinator"), time);

    public async Task DisposeAsync() => await coordinator.DisposeAsync();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Without_a_credential_a_coordinators_services_can_be_listed()
    {
        using var channel = coordinator.Connect(TestIdentities.Nobody(coordinator.Authority));

        await AssertListedAsync(channel, "cairn.v1.Coordinator", "cairn.v1.Identity");
    }

    [Fact]
    public async Task Without_a_credential_an_agents_services_can_be_listed()
    {
        await using var agent = await SecureAgent.EnrolAndStartAsync(coordinator, files, "og1");
        using var channel = TestIdentities.Connect(
            agent.Url, TestIdentities.Nobody(coordinator.Authority), time, new PeerIdentity(CallerKind.Node, "og1"));

        await AssertListedAsync(channel, "cairn.v1.Agent");
    }

    private static async Task AssertListedAsync(ChannelBase channel, params string[] services)
    {
        var bytes = Marshallers.Create<byte[]>(sent => sent, received => received);
        var list = new Method<byte[], byte[]>(MethodType.Unary, "grpc.health.v1.Health", "List", bytes, bytes);
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(list, host: null, new CallOptions(), []);
        if (!IsOurGrpc && await Record.ExceptionAsync(() => call.ResponseAsync) is RpcException { StatusCode: StatusCode.Unimplemented })
        {
            return;
        }

        // The names are in the answer as they are; that it is well-formed is tested where it is made.
        var answer = Encoding.UTF8.GetString(await call);
        Assert.All(services, service => Assert.Contains(service, answer, StringComparison.Ordinal));
    }
}
