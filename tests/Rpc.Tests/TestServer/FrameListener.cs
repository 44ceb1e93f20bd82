using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Rpc.Tests.TestServer;

/// <summary>The other end of one HTTP/2 connection: takes frames and shows them, answers nothing but settings.</summary>
internal sealed class FrameListener : IAsyncDisposable
{
    private const int PrefaceLength = 24;
    private const int HeaderLength = 9;
    private static readonly byte[] EmptySettings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public FrameListener()
    {
        listener.Start();
        Address = $"http://{listener.LocalEndpoint}";
    }

    public string Address { get; }

    /// <summary>The frames of the first stream up to its reset, the reset included.</summary>
    public async Task<IReadOnlyList<Frame>> FramesUntilResetAsync()
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(EmptySettings);
        await stream.ReadExactlyAsync(new byte[PrefaceLength]);
        var frames = new List<Frame>();
        while (frames.Count == 0 || !frames[^1].IsReset)
        {
            var header = new byte[HeaderLength];
            await stream.ReadExactlyAsync(header);
            var length = (header[0] << 16) | (header[1] << 8) | header[2];
            await stream.ReadExactlyAsync(new byte[length]);
            var streamId = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
            if (streamId == 1)
            {
                frames.Add(new Frame(header[3], header[4], length));
            }
        }

        return frames;
    }

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        return ValueTask.CompletedTask;
    }

    public sealed record Frame(byte Type, byte Flags, int Length)
    {
        public bool IsReset => Type == 3;

        public bool IsEndOfStream => Type == 0 && (Flags & 1) == 1;
    }
}
