using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a deserializer finds one message. Valid only during the deserializer's call.</summary>
public abstract class DeserializationContext
{
    /// <summary>The length of the message in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The message as an array of its own.</summary>
    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>The message where it lies.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(PayloadAsNewBuffer());
}
