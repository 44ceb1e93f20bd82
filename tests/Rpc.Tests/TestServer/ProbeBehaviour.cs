using Grpc.Core;
using Rpc.Tests.Probing;

namespace Rpc.Tests.TestServer;

/// <summary>What the methods of the probe do in one test.</summary>
internal sealed class ProbeBehaviour
{
    public UnaryServerMethod<Ask, Answer> One { get; set; } =
        (ask, _) => Task.FromResult(new Answer { Text = ask.Text, Body = ask.Body, Count = ask.Count });

    public ClientStreamingServerMethod<Ask, Answer> Collect { get; set; } = async (asks, context) =>
    {
        var count = 0;
        while (await asks.MoveNext(context.CancellationToken))
        {
            count += asks.Current.Count;
        }

        return new Answer { Count = count };
    };

    public ServerStreamingServerMethod<Ask, Answer> Spread { get; set; } = async (ask, answers, _) =>
    {
        for (var i = 0; i < ask.Count; i++)
        {
            await answers.WriteAsync(new Answer { Count = i });
        }
    };

    public DuplexStreamingServerMethod<Ask, Answer> Talk { get; set; } = async (asks, answers, context) =>
    {
        while (await asks.MoveNext(context.CancellationToken))
        {
            await answers.WriteAsync(new Answer { Text = asks.Current.Text, Count = asks.Current.Count });
        }
    };
}
