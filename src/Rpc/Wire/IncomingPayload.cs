using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>One received message where it lies in the transport's buffers.</summary>
internal sealed class IncomingPayload(ReadOnlySequence<byte> payload) : DeserializationContext
{
    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;
}
