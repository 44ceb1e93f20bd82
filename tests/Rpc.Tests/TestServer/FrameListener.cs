using System.Net;
using System.Net.Sockets;

namespace Rpc.Tests.TestServer;

/// <summary>Waits for connections whose other end a test plays by hand.</summary>
internal sealed class FrameListener : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public FrameListener()
    {
        listener.Start();
        Address = $"http://{listener.LocalEndpoint}";
    }

    public string Address { get; }

    public Task<RawConnection> AcceptAsync() => RawConnection.AcceptAsync(listener).Soonish("a connection");

    /// <summary>As the other, for a connection that the server ends with its first frame.</summary>
    public Task<RawConnection> TurnAwayAsync(byte errorCode = 0) =>
        RawConnection.TurnAwayAsync(listener, errorCode).Soonish("a connection");

    /// <summary>As the first, for a server that knows nothing of frames.</summary>
    public Task<RawConnection> AnswerAsync(string text) =>
        RawConnection.AnswerAsync(listener, System.Text.Encoding.ASCII.GetBytes(text)).Soonish("a connection");

    /// <summary>The frames of the first stream up to its reset, the reset included.</summary>
    public async Task<IReadOnlyList<RawFrame>> FramesUntilResetAsync()
    {
        using var connection = await AcceptAsync();
        var frames = new List<RawFrame>();
        await connection.ReadUntilAsync(
            frame =>
            {
                if (frame.StreamId == 1)
                {
                    frames.Add(frame);
                }

                return frame is { StreamId: 1, Type: RawFrame.Reset };
            },
            "a reset");
        return frames;
    }

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
