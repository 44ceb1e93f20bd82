using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Server;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_call_that_runs_is_finished_before_the_server_stops()
    {
        var host = await ProbeHost.StartAsync();
        var (isIn, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        host.Behaviour.One = async (_, _) =>
        {
            isIn.SetResult();
            await goOn.Task;
            return new Answer { Text = "done" };
        };
        using var call = host.OpenClient().OneAsync(new Ask());
        await isIn.Task.Soonish("the method to run");

        var stopping = host.DisposeAsync().AsTask();
        await host.Application.Lifetime.ApplicationStopping.Fires().Soonish("the stop to begin");
        goOn.SetResult();

        Assert.Equal("done", (await call.ResponseAsync.Soonish("the response")).Text);
        await stopping.Soonish("the server to stop");
    }

    [Fact]
    public async Task A_stream_that_watches_the_stop_ends_unavailable_and_holds_nothing_up()
    {
        var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (_, answers, context) =>
        {
            await answers.WriteAsync(new Answer());
            await context.GetHttpContext().RequestServices.GetRequiredService<IHostApplicationLifetime>()
                .ApplicationStopping.Fires();
            throw new RpcException(new Status(StatusCode.Unavailable, "stopping"));
        };
        using var call = host.OpenClient().Talk();
        Assert.True(await call.ResponseStream.MoveNext());

        // While requests are open, HttpClient forgets trailers that it has received when the connection ends right after.
        await call.RequestStream.CompleteAsync();

        var stopping = host.DisposeAsync().AsTask();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soonish("the end"));
        Assert.Equal((StatusCode.Unavailable, "stopping"), (failure.StatusCode, failure.Status.Detail));
        await stopping.Soonish("the server to stop");
    }

    [Fact]
    public async Task A_stream_that_does_not_is_cut_off_and_its_client_is_told_unavailable()
    {
        var host = await ProbeHost.StartAsync(stopLimit: TimeSpan.FromMilliseconds(200));
        host.Behaviour.Talk = async (_, answers, context) =>
        {
            await answers.WriteAsync(new Answer());
            await context.CancellationToken.Fires();
        };
        using var call = host.OpenClient().Talk();
        Assert.True(await call.ResponseStream.MoveNext());

        var stopping = host.DisposeAsync().AsTask();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soonish("the end"));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        await stopping.Soonish("the server to stop");
    }
}
