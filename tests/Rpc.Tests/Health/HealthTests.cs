using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rpc.Tests.TestServer;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Rpc.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task The_whole_server_is_as_healthy_as_its_checks()
    {
        var isWell = true;
        await using var host = await StartAsync(checks =>
            checks.AddCheck("disk", () => isWell ? HealthCheckResult.Degraded() : HealthCheckResult.Unhealthy()));
        var client = ClientOf(host);

        var before = await client.CheckAsync(new HealthCheckRequest());
        isWell = false;
        var after = await client.CheckAsync(new HealthCheckRequest());

        Assert.Equal((ServingStatus.Serving, ServingStatus.NotServing), (before.Status, after.Status));
    }

    [Fact]
    public async Task A_service_is_what_was_set_and_one_that_was_not_is_not_found()
    {
        await using var host = await StartAsync();
        var client = ClientOf(host);
        HealthOf(host).SetStatus("a", ServingStatus.NotServing);

        var known = await client.CheckAsync(new HealthCheckRequest { Service = "a" });
        var unknown = await Assert.ThrowsAsync<RpcException>(
            () => client.CheckAsync(new HealthCheckRequest { Service = "b" }).ResponseAsync);

        Assert.Equal((ServingStatus.NotServing, StatusCode.NotFound), (known.Status, unknown.StatusCode));
    }

    [Fact]
    public async Task A_watch_tells_the_state_at_once_and_then_every_change()
    {
        await using var host = await StartAsync();
        var health = HealthOf(host);

        using var watch = ClientOf(host).Watch(new HealthCheckRequest { Service = "a" });
        var seen = new List<ServingStatus> { await NextAsync(watch) };
        health.SetStatus("a", ServingStatus.Serving);
        seen.Add(await NextAsync(watch));
        health.SetStatus("b", ServingStatus.NotServing);
        health.SetStatus("a", ServingStatus.Serving);
        health.SetStatus("a", ServingStatus.NotServing);
        seen.Add(await NextAsync(watch));
        health.ClearAll();
        seen.Add(await NextAsync(watch));

        Assert.Equal(
            [ServingStatus.ServiceUnknown, ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.ServiceUnknown], seen);
    }

    [Fact]
    public async Task A_server_that_stops_says_so_to_its_watchers_and_ends_their_streams()
    {
        var host = await StartAsync();
        HealthOf(host).SetStatus("a", ServingStatus.Serving);
        using var watch = ClientOf(host).Watch(new HealthCheckRequest { Service = "a" });
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        var stopping = host.DisposeAsync().AsTask();

        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        var end = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext().Soonish("the end"));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
        await stopping.Soonish("the host to stop");
    }

    [Fact]
    public async Task A_watcher_goes_on_after_the_server_has_been_restarted()
    {
        var first = await StartAsync();
        using var channel = first.OpenChannel();
        var client = new Grpc.Health.V1.Health.HealthClient(channel);
        HealthOf(first).SetStatus("a", ServingStatus.Serving);
        using (var watch = client.Watch(new HealthCheckRequest { Service = "a" }))
        {
            Assert.Equal(ServingStatus.Serving, await NextAsync(watch));
            var stopping = first.DisposeAsync().AsTask();
            Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
            await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext().Soonish("the end"));
            await stopping.Soonish("the host to stop");
        }

        await using var second = await StartAsync(port: new Uri(first.Address).Port);
        using var again = client.Watch(new HealthCheckRequest { Service = "a" });

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(again));
        HealthOf(second).SetStatus("a", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await NextAsync(again));
    }

    [Fact]
    public async Task A_list_has_the_whole_server_and_every_service_that_was_set()
    {
        await using var host = await StartAsync(checks => checks.AddCheck("disk", () => HealthCheckResult.Unhealthy()));
        var health = HealthOf(host);
        health.SetStatus("a", ServingStatus.Serving);
        health.SetStatus("b", ServingStatus.NotServing);
        health.SetStatus("c", ServingStatus.Serving);
        health.ClearStatus("c");

        var list = await ClientOf(host).ListAsync(new HealthListRequest());

        Assert.Equal(
            [("", ServingStatus.NotServing), ("a", ServingStatus.Serving), ("b", ServingStatus.NotServing)],
            list.Statuses.Select(entry => (entry.Key, entry.Value.Status)).Order());
    }

    [Fact]
    public async Task A_list_of_a_server_that_stops_serves_nothing()
    {
        await using var host = await StartAsync();
        HealthOf(host).SetStatus("a", ServingStatus.Serving);
        HealthOf(host).ShutDown();

        var list = await ClientOf(host).ListAsync(new HealthListRequest());

        Assert.All(list.Statuses.Values, entry => Assert.Equal(ServingStatus.NotServing, entry.Status));
        Assert.Equal(["", "a"], list.Statuses.Keys.Order());
    }

    [Fact]
    public async Task More_services_than_a_list_holds_are_refused_and_not_cut_short()
    {
        await using var host = await StartAsync();
        foreach (var number in Enumerable.Range(1, 100))
        {
            HealthOf(host).SetStatus($"service {number}", ServingStatus.Serving);
        }

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => ClientOf(host).ListAsync(new HealthListRequest()).ResponseAsync);
        HealthOf(host).ClearStatus("service 1");
        var fits = await ClientOf(host).ListAsync(new HealthListRequest());

        Assert.Equal((StatusCode.ResourceExhausted, 100), (failure.StatusCode, fits.Statuses.Count));
    }

    private static Task<ProbeHost> StartAsync(Action<IHealthChecksBuilder>? checks = null, int port = 0) => ProbeHost.StartAsync(
        port: port,
        services: services =>
        {
            var builder = services.AddGrpcHealthChecks();
            checks?.Invoke(builder);
        },
        routes: app => app.MapGrpcHealthChecksService());

    private static Grpc.Health.V1.Health.HealthClient ClientOf(ProbeHost host) => new(host.OpenChannel());

    private static HealthServiceImpl HealthOf(ProbeHost host) =>
        host.Application.Services.GetRequiredService<HealthServiceImpl>();

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext().Soonish("the next state"));
        return watch.ResponseStream.Current.Status;
    }
}
