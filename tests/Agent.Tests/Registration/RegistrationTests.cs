using Cairn.Agent.Tests.Plain;
using Cairn.Shared;
using Cairn.TestKit;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Cairn.Agent.Tests.Registration;

public sealed class RegistrationTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_agent_registers_with_its_bound_address_and_says_that_it_lives()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        await using var agent = await TestAgent.StartAsync(agent => agent.Coordinator = coordinator.Address);

        await Eventually.HoldsAsync("two heartbeats", () => coordinator.Heartbeats >= 2, Long, CancellationToken.None);

        var registration = Assert.Single(coordinator.Registrations);
        Assert.Equal(TestAgent.Node, registration.Node);
        Assert.Equal(ProtocolVersion.Current, registration.ProtocolVersion);
        Assert.Equal(agent.Address, registration.Address);
        Assert.Equal("plain1", Assert.Single(registration.Description.Instances).Name);
    }

    [Fact]
    public async Task A_coordinator_that_has_forgotten_the_agent_gets_a_new_registration()
    {
        await using var coordinator = await TestCoordinator.StartAsync();
        coordinator.Knows = false;
        await using var agent = await TestAgent.StartAsync(agent => agent.Coordinator = coordinator.Address);

        await Eventually.HoldsAsync(
            "it registers again",
            () =>
            {
                lock (coordinator.Registrations)
                {
                    return coordinator.Registrations.Count >= 2;
                }
            },
            Long,
            CancellationToken.None);
    }

    [Fact]
    public async Task Without_a_coordinator_the_agent_serves_all_the_same()
    {
        await using var agent = await TestAgent.StartAsync();

        await agent.BackUpAsync();
    }

    [Fact]
    public async Task Health_tells_of_the_agent_and_of_each_database()
    {
        await using var agent = await TestAgent.StartAsync();
        using var channel = GrpcChannel.ForAddress(agent.Address);
        var health = new Health.HealthClient(channel);

        foreach (var service in new[] { "", "cairn.v1.Agent", "engine/plain1" })
        {
            await Eventually.HoldsAsync(
                $"'{service}' serves",
                async token =>
                {
                    try
                    {
                        var answer = await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: token);
                        return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving ? null : $"{answer.Status}";
                    }
                    catch (Grpc.Core.RpcException failure)
                    {
                        return failure.Message;
                    }
                },
                Long,
                CancellationToken.None);
        }
    }
}
