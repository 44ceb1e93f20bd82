using Cairn.Coordinator.Tests.Doubles;
using Grpc.Health.V1;

namespace Cairn.Coordinator.Tests.Service;

public sealed class HealthTests
{
    [Theory]
    [InlineData("")]
    [InlineData("cairn.v1.Coordinator")]
    public async Task A_coordinator_that_serves_says_so(string service)
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var health = await new Health.HealthClient(cluster.Channel).CheckAsync(new HealthCheckRequest { Service = service });

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }
}
