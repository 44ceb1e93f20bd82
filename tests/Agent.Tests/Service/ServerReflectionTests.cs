using Cairn.Agent.Tests.Plain;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Cairn.Agent.Tests.Service;

public sealed class ServerReflectionTests
{
    [Fact]
    public async Task An_agent_tells_its_contract_to_no_one_unless_its_operator_says_so()
    {
        await using var agent = await TestAgent.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => ServicesAsync(agent));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task An_agent_tells_its_contract_when_its_operator_says_so()
    {
        await using var agent = await TestAgent.StartAsync(agent => agent.Reflection = true);

        Assert.Contains("cairn.v1.Agent", await ServicesAsync(agent));
    }

    private static async Task<IEnumerable<string>> ServicesAsync(TestAgent agent)
    {
        using var call = new ServerReflection.ServerReflectionClient(agent.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name);
    }
}
