using Cairn.Coordinator.Tests.Doubles;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Cairn.Coordinator.Tests.Service;

public sealed class ServerReflectionTests
{
    [Fact]
    public async Task A_coordinator_tells_its_contract_only_when_its_operator_says_so()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => ServicesAsync(cluster));
        await cluster.StopCoordinatorAsync();
        cluster.Reflection = true;
        await cluster.StartCoordinatorAsync();
        var services = await ServicesAsync(cluster);

        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
        Assert.Contains("cairn.v1.Coordinator", services);
    }

    private static async Task<IEnumerable<string>> ServicesAsync(TestCluster cluster)
    {
        using var call = new ServerReflection.ServerReflectionClient(cluster.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name);
    }
}
