namespace Rpc.Tests.TestServer;

/// <summary>One HTTP/2 frame.</summary>
internal sealed record RawFrame(byte Type, byte Flags, int StreamId, byte[] Payload)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Priority = 2;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte PushPromise = 5;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    /// <summary>Of <see cref="Data"/> and <see cref="Headers"/>: the sender's last frame of the stream.</summary>
    public const byte EndStream = 1;

    /// <summary>Of <see cref="Settings"/> and <see cref="Ping"/>.</summary>
    public const byte Ack = 1;

    /// <summary>Of <see cref="Data"/> and <see cref="Headers"/>.</summary>
    public const byte Padded = 8;

    /// <summary>Of <see cref="Headers"/> and <see cref="Continuation"/>.</summary>
    public const byte EndHeaders = 4;

    public bool EndsStream => Type is Data or Headers && (Flags & EndStream) != 0;

    public bool IsAck => Type is Settings or Ping && (Flags & Ack) != 0;

    /// <summary>Whether a text stands in the payload as it is.</summary>
    public bool Contains(string text) => Payload.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(text)) >= 0;

    /// <summary>The value of <c>grpc-status</c> in a block of headers that was written without compression.</summary>
    public string? GrpcStatus
    {
        get
        {
            var name = "grpc-status"u8;
            var at = Type == Headers ? Payload.AsSpan().IndexOf(name) : -1;
            if (at < 0)
            {
                return null;
            }

            var value = Payload.AsSpan(at + name.Length);
            return System.Text.Encoding.ASCII.GetString(value.Slice(1, value[0]));
        }
    }
}
