using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Interop.Testing;

namespace Cairn.Bench.Rpc;

/// <summary>Our client, put to work. tests/Interop/peers/bench.mjs does the same by grpc-js; the two must stay in step.</summary>
internal sealed class BenchLoad(int port, int serverProcess, TimeSpan duration)
{
    private const int SmallBytes = 100;
    private const int LargeBytes = 4 << 20;
    private const int LargeInFlight = 4;
    private const int IdleStreams = 1000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly int[] Concurrencies = [1, 16, 256];

    /// <summary>The figures by name.</summary>
    public async Task<SortedDictionary<string, double>> RunAsync(CancellationToken cancellationToken)
    {
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal);
        using var channel = GrpcChannel.ForAddress(
            $"http://127.0.0.1:{port}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var client = new TestService.TestServiceClient(channel);

        // First, because what the other measurements leave behind would hide it.
        var (server, own) = await IdleKiBAsync(client, cancellationToken);
        figures["idle_stream_server_kib"] = server;
        figures["idle_stream_client_kib"] = own;
        foreach (var concurrency in Concurrencies)
        {
            await UnaryAsync(client, concurrency, WarmUp, cancellationToken);
            var (perSecond, p99) = await UnaryAsync(client, concurrency, duration, cancellationToken);
            figures[$"unary_{concurrency:d3}_per_second"] = perSecond;
            figures[$"unary_{concurrency:d3}_p99_ms"] = p99;
        }

        await LargePerSecondAsync(client, WarmUp, cancellationToken);
        figures["messages_4mib_per_second"] = await LargePerSecondAsync(client, duration, cancellationToken);
        return figures;
    }

    private static async Task<(double PerSecond, double P99)> UnaryAsync(
        TestService.TestServiceClient client, int concurrency, TimeSpan duration, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var perWorker = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(CallAsync, cancellationToken)));
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        var latencies = perWorker.SelectMany(list => list).Order().ToList();
        return (latencies.Count / seconds, latencies[(int)(latencies.Count * 0.99)]);

        async Task<List<double>> CallAsync()
        {
            var request = new SimpleRequest
            {
                ResponseSize = SmallBytes,
                Payload = new Payload { Body = ByteString.CopyFrom(new byte[SmallBytes]) },
            };
            var milliseconds = new List<double>();
            while (TimeProvider.System.GetElapsedTime(start) < duration)
            {
                var began = TimeProvider.System.GetTimestamp();
                await client.UnaryCallAsync(request, cancellationToken: cancellationToken);
                milliseconds.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }

            return milliseconds;
        }
    }

    // Down one stream, a few asked for ahead so that neither side waits for the other's question.
    private static async Task<double> LargePerSecondAsync(
        TestService.TestServiceClient client, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var call = client.FullDuplexCall(cancellationToken: cancellationToken);
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < LargeInFlight; i++)
        {
            await call.RequestStream.WriteAsync(Ask(LargeBytes), cancellationToken);
        }

        var count = 0;
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            await NextAsync(call, LargeBytes, cancellationToken);
            await call.RequestStream.WriteAsync(Ask(LargeBytes), cancellationToken);
            count++;
        }

        return count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private async Task<(double Server, double Own)> IdleKiBAsync(
        TestService.TestServiceClient client, CancellationToken cancellationToken)
    {
        // The code of a stream is loaded before the first count.
        using var first = await OpenAsync(client, cancellationToken);
        var server = ResidentKiB(serverProcess);
        var own = ResidentKiB(Environment.ProcessId);
        var streams = new List<AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse>>();
        for (var i = 0; i < IdleStreams; i++)
        {
            streams.Add(await OpenAsync(client, cancellationToken));
        }

        var perStream = ((ResidentKiB(serverProcess) - server) / IdleStreams, (ResidentKiB(Environment.ProcessId) - own) / IdleStreams);
        foreach (var stream in streams)
        {
            await stream.RequestStream.CompleteAsync();
            await stream.ResponseStream.MoveNext(cancellationToken);
            stream.Dispose();
        }

        return perStream;
    }

    private static async Task<AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse>> OpenAsync(
        TestService.TestServiceClient client, CancellationToken cancellationToken)
    {
        var call = client.FullDuplexCall(cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(Ask(SmallBytes), cancellationToken);
        await NextAsync(call, SmallBytes, cancellationToken);
        return call;
    }

    private static async Task NextAsync(
        AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call, int size, CancellationToken cancellationToken)
    {
        if (!await call.ResponseStream.MoveNext(cancellationToken) || call.ResponseStream.Current.Payload.Body.Length != size)
        {
            throw new InvalidOperationException($"The server did not answer with {size} bytes.");
        }
    }

    private static StreamingOutputCallRequest Ask(int size) => new() { ResponseParameters = { new ResponseParameters { Size = size } } };

    // As the kernel counts it.
    private static double ResidentKiB(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
