using Cairn.Shared.Serving;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Http2;

/// <summary>
/// A client that sends without end and reads nothing. Whether the server takes it all or closes the connection, what it keeps
/// of it stays small, and it serves the next call. Alone, because other tests' memory would be counted too.
/// </summary>
[Collection(nameof(Alone))]
public sealed class FloodTests
{
    /// <summary>What is sent at most, far above every buffer on the way.</summary>
    private const int FloodBytes = 64 << 20;

    /// <summary>What may be kept of it while the connection is open, and of the tests' own.</summary>
    private const int KeptBytes = 16 << 20;

    private const int BatchBytes = 64 << 10;

    // CANCEL, as the payload of a reset.
    private static readonly byte[] Cancel = [0, 0, 0, 8];

    [Theory]
    [InlineData("settings")]
    [InlineData("pings")]
    [InlineData("window updates of the connection")]
    [InlineData("priorities")]
    [InlineData("frames of no known kind")]
    [InlineData("acknowledgements")]
    [InlineData("empty data")]
    [InlineData("window updates of a stream")]
    [InlineData("headers without end")]
    [InlineData("empty continuations")]
    [InlineData("calls that are reset at once")]
    [InlineData("calls that are never finished")]
    [InlineData("calls with more headers than fit")]
    public async Task A_flood_is_bounded(string kind)
    {
        await using var host = await ProbeHost.StartAsync(server: ServerTransport.Bound);
        host.Behaviour.Collect = async (_, context) =>
        {
            await context.CancellationToken.Fires();
            return new Answer();
        };
        await AssertServesAsync(host);
        using var connection = await RawConnection.OpenAsync(host.Address);
        await BeginAsync(connection, kind);
        var before = LiveBytes();

        var sent = await FloodAsync(connection, kind);

        var kept = LiveBytes() - before;
        Assert.True(kept < KeptBytes, $"{kept >> 20} MiB kept of {sent >> 20} MiB");
        await AssertServesAsync(host);
        connection.Dispose();
        await AssertServesAsync(host);
    }

    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task BeginAsync(RawConnection connection, string kind)
    {
        switch (kind)
        {
            case "empty data" or "window updates of a stream":
                await connection.WriteAsync(RawFrame.Headers, 1, RequestOf("Collect"), RawFrame.EndHeaders);
                break;
            case "headers without end" or "empty continuations":
                await connection.WriteAsync(RawFrame.Headers, 1, RequestOf("Collect"));
                break;
        }
    }

    // How much went out before the server closed the connection or took no more.
    private static async Task<long> FloodAsync(RawConnection connection, string kind)
    {
        long sent = 0;
        var stream = 1;
        while (sent < FloodBytes)
        {
            using var batch = new MemoryStream(BatchBytes + 32_768);
            while (batch.Length < BatchBytes)
            {
                batch.Write(Next(kind, stream));
                stream += 2;
            }

            if (!await TryWriteAsync(connection, batch.ToArray()))
            {
                break;
            }

            sent += batch.Length;
        }

        return sent;
    }

    // False when the connection is closed; also when the server reads no more, which bounds it as well.
    private static async Task<bool> TryWriteAsync(RawConnection connection, byte[] bytes)
    {
        try
        {
            await connection.WriteAsync(bytes).WaitAsync(TimeSpan.FromSeconds(3));
            return true;
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            return false;
        }
    }

    private static byte[] Next(string kind, int stream) => kind switch
    {
        "settings" => RawConnection.Frame(RawFrame.Settings, 0, [0, 3, 0, 0, 0, 100]),
        "pings" => RawConnection.Frame(RawFrame.Ping, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
        "window updates of the connection" => RawConnection.Frame(RawFrame.WindowUpdate, 0, [0, 0, 0, 1]),
        "priorities" => RawConnection.Frame(RawFrame.Priority, stream, [0, 0, 0, 0, 16]),
        "frames of no known kind" => RawConnection.Frame(0xEE, 0, new byte[100]),
        "acknowledgements" => RawConnection.Frame(RawFrame.Settings, 0, [], RawFrame.Ack),
        "empty data" => RawConnection.Frame(RawFrame.Data, 1, []),
        "window updates of a stream" => RawConnection.Frame(RawFrame.WindowUpdate, 1, [0, 0, 0, 1]),
        "headers without end" => RawConnection.Frame(
            RawFrame.Continuation, 1, RawHeaders.Encode(("x-more", new string('a', 10_000)))),
        "empty continuations" => RawConnection.Frame(RawFrame.Continuation, 1, []),
        "calls that are reset at once" =>
        [
            .. RawConnection.Frame(RawFrame.Headers, stream, RequestOf("Collect"), RawFrame.EndHeaders),
            .. RawConnection.Frame(RawFrame.Reset, stream, Cancel),
        ],
        "calls that are never finished" =>
        [
            .. RawConnection.Frame(RawFrame.Headers, stream, RequestOf("Collect"), RawFrame.EndHeaders),
            .. RawConnection.Frame(RawFrame.Data, stream, [0, 0, 0x10, 0, 0, 1, 2, 3]),
        ],
        _ => RawConnection.Frame(
            RawFrame.Headers, stream, RawHeaders.Request([.. Enumerable.Range(0, 400).Select(i => ($"x-{i}", "a"))]), RawFrame.EndHeaders),
    };

    private static byte[] RequestOf(string method) => RawHeaders.Encode(
        (":method", "POST"), (":scheme", "http"), (":path", "/rpc.tests.Probe/" + method), (":authority", "a"), ("content-type", "application/grpc"));

    private static async Task AssertServesAsync(ProbeHost host)
    {
        using var connection = await RawConnection.OpenAsync(host.Address);

        Assert.Equal("0", await connection.CallAsync(1, RawCall.Frame(new Ask { Text = "next" })));
    }
}
