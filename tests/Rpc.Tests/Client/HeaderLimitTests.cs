using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Client;

/// <summary>Metadata that are larger than one side takes: the call ends with a status that says so, and the next is made.</summary>
public sealed class HeaderLimitTests
{
    // Four values of ten thousand are more than the 32 KiB that the server takes.
    private static readonly Metadata Large = [.. Enumerable.Range(0, 4).Select(i => new Metadata.Entry($"x-{i}", new string('a', 10_000)))];

    [Fact]
    public async Task A_request_with_more_metadata_than_the_server_takes_is_not_sent_and_costs_nobody_the_connection()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.OpenClient();
        await client.OneAsync(new Ask());
        using var open = client.Talk();
        await open.RequestStream.WriteAsync(new Ask { Text = "before" });
        Assert.True(await open.ResponseStream.MoveNext());

        using var call = client.OneAsync(new Ask(), Large);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));

        Assert.True(failure.StatusCode == StatusCode.ResourceExhausted, failure.ToString());
        await open.RequestStream.WriteAsync(new Ask { Text = "after" });
        Assert.True(await open.ResponseStream.MoveNext());
        Assert.Equal("next", (await client.OneAsync(new Ask { Text = "next" })).Text);
    }

    [Theory]
    [InlineData("headers")]
    [InlineData("trailers")]
    [InlineData("trailers only")]
    public async Task A_response_with_more_metadata_than_the_client_takes_fails_its_call_alone(string where)
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (ask, context) =>
        {
            if (ask.Text == "next")
            {
                return new Answer { Text = ask.Text };
            }

            if (where == "headers")
            {
                await context.WriteResponseHeadersAsync(Large);
                return new Answer();
            }

            foreach (var entry in Large)
            {
                context.ResponseTrailers.Add(entry);
            }

            return where == "trailers" ? new Answer() : throw new RpcException(new Status(StatusCode.NotFound, "none"));
        };
        var client = host.OpenClient(options => options.HttpHandler = new SocketsHttpHandler { MaxResponseHeadersLength = 16 });

        using var call = client.OneAsync(new Ask());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));
        var next = await client.OneAsync(new Ask { Text = "next" }).ResponseAsync.Soonish("the next call");

        Assert.True(failure.StatusCode == StatusCode.ResourceExhausted, failure.ToString());
        Assert.Equal("next", next.Text);
    }

    [Fact]
    public async Task Values_that_are_empty_or_many_come_through()
    {
        await using var host = await ProbeHost.StartAsync();
        Metadata? seen = null;
        host.Behaviour.One = (_, context) =>
        {
            seen = context.RequestHeaders;
            return Task.FromResult(new Answer());
        };
        var sent = new Metadata { { "x-empty", "" }, { "x-empty-bin", Array.Empty<byte>() } };
        foreach (var number in Enumerable.Range(0, 50))
        {
            sent.Add("x-many", $"{number}, {number}");
        }

        await host.OpenClient().OneAsync(new Ask(), sent);

        Assert.Equal("", seen!.GetValue("x-empty"));
        Assert.Empty(seen.GetValueBytes("x-empty-bin")!);

        // HttpClient joins values of one name on their way; a text is not split, because its own commas look the same.
        Assert.Equal(
            string.Join(", ", Enumerable.Range(0, 50).Select(number => $"{number}, {number}")),
            string.Join(", ", seen.GetAll("x-many").Select(entry => entry.Value)));
    }
}
