using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Where a serializer puts one message: either a whole array, or a buffer that it fills and completes.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Hands over the whole message. Only once, and not together with the buffer.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    /// <summary>The buffer to write the message into; ends with <see cref="Complete()"/>.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    /// <summary>Says the length of the message in bytes before it is written.</summary>
    public virtual void SetPayloadLength(int payloadLength) => throw new NotSupportedException();

    /// <summary>Ends the message in the buffer.</summary>
    public virtual void Complete() => throw new NotSupportedException();
}
