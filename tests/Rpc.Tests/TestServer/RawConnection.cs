using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Rpc.Tests.TestServer;

/// <summary>One HTTP/2 connection, either end of it, whose frames a test writes and reads by hand.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int HeaderLength = 9;

    // HEADER_TABLE_SIZE 0: the other end then sends its headers so that they can be read without a table.
    private static readonly byte[] NoTable = [0, 1, 0, 0, 0, 0];
    private readonly TcpClient client;
    private readonly NetworkStream stream;

    private RawConnection(TcpClient client)
    {
        this.client = client;
        stream = client.GetStream();
    }

    /// <summary>What every client's connection begins with.</summary>
    public static byte[] Preface { get; } = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8];

    /// <summary>As a client, with nothing sent yet.</summary>
    public static async Task<RawConnection> OpenSilentAsync(string address)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, new Uri(address).Port);
        return new RawConnection(client);
    }

    /// <summary>As a client that has begun as it should.</summary>
    /// <param name="address">The server's.</param>
    /// <param name="settings">More settings, six bytes each.</param>
    public static async Task<RawConnection> OpenAsync(string address, params byte[] settings)
    {
        var connection = await OpenSilentAsync(address);
        await connection.WriteAsync(Preface);
        await connection.WriteAsync(RawFrame.Settings, 0, [.. NoTable, .. settings]);
        return connection;
    }

    /// <summary>As a server that has begun as it should, and has read the client's preface.</summary>
    public static async Task<RawConnection> AcceptAsync(TcpListener listener)
    {
        var connection = new RawConnection(await listener.AcceptTcpClientAsync());
        await connection.WriteAsync(RawFrame.Settings, 0, NoTable);
        await connection.stream.ReadExactlyAsync(new byte[Preface.Length]);
        return connection;
    }

    /// <summary>Takes a connection, and ends it with its first frame, a GOAWAY, when a request has come.</summary>
    public static Task<RawConnection> TurnAwayAsync(TcpListener listener, byte errorCode = 0) =>
        AnswerAsync(listener, Frame(RawFrame.GoAway, 0, [0, 0, 0, 0, 0, 0, 0, errorCode]));

    /// <summary>Takes a connection, and sends these bytes and no others when a request has come.</summary>
    public static async Task<RawConnection> AnswerAsync(TcpListener listener, byte[] bytes)
    {
        var connection = new RawConnection(await listener.AcceptTcpClientAsync());
        await connection.stream.ReadExactlyAsync(new byte[Preface.Length]);
        while (await connection.ReadAsync() is { Type: not RawFrame.Headers })
        {
            // Its settings are not answered: these bytes are to be the first.
        }

        await connection.WriteAsync(bytes);
        return connection;
    }

    public async Task WriteAsync(byte[] bytes) => await stream.WriteAsync(bytes);

    public Task WriteAsync(byte type, int streamId, byte[] payload, byte flags = 0) =>
        WriteAsync(Frame(type, streamId, payload, flags));

    public static byte[] Frame(byte type, int streamId, byte[] payload, byte flags = 0)
    {
        var frame = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, HeaderLength);
        return frame;
    }

    public Task WriteRequestHeadersAsync(int streamId, params (string Name, string Value)[] more) =>
        WriteAsync(RawFrame.Headers, streamId, RawHeaders.Request(more), RawFrame.EndHeaders);

    /// <summary>A whole call; its status, null when the stream was reset.</summary>
    public async Task<string?> CallAsync(int streamId, byte[] body)
    {
        await WriteRequestHeadersAsync(streamId);
        await WriteAsync(RawFrame.Data, streamId, body, RawFrame.EndStream);
        return await ReadStatusAsync(streamId);
    }

    /// <summary>The status of a call, null when its stream was reset.</summary>
    public async Task<string?> ReadStatusAsync(int streamId)
    {
        var end = await ReadUntilAsync(
            frame => frame.StreamId == streamId && (frame.EndsStream || frame.Type == RawFrame.Reset), $"the end of stream {streamId}");
        return end.GrpcStatus;
    }

    /// <summary>Reads on until a frame is wanted; settings are acknowledged on the way.</summary>
    public async Task<RawFrame> ReadUntilAsync(Func<RawFrame, bool> isWanted, string what)
    {
        while (true)
        {
            var frame = await ReadAsync().Soonish(what) ?? throw new EndOfStreamException("The connection ended before " + what);
            if (isWanted(frame))
            {
                return frame;
            }

            if (frame is { Type: RawFrame.Settings, IsAck: false })
            {
                await WriteAsync(RawFrame.Settings, 0, [], RawFrame.Ack);
            }
        }
    }

    /// <summary>Reads all that comes until the other end closes.</summary>
    public async Task<IReadOnlyList<RawFrame>> ReadToEndAsync()
    {
        var frames = new List<RawFrame>();
        while (await ReadAsync().Soonish("the end of the connection") is { } frame)
        {
            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>The next frame; null when the other end has closed or reset the connection.</summary>
    public async Task<RawFrame?> ReadAsync()
    {
        try
        {
            var header = new byte[HeaderLength];
            await stream.ReadExactlyAsync(header);
            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await stream.ReadExactlyAsync(payload);
            return new RawFrame(header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
        }
        catch (IOException)
        {
            // EndOfStreamException is one of them.
            return null;
        }
    }

    public void Dispose() => client.Dispose();
}
