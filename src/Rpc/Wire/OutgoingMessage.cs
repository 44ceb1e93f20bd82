using System.Buffers;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>
/// One message with its prefix in a rented buffer, so that both go out in one write. Its owner disposes it when no one
/// reads the buffer any more.
/// </summary>
internal sealed class OutgoingMessage : SerializationContext, IBufferWriter<byte>, IDisposable
{
    private const int FirstBuffer = 512;
    private readonly int? limitBytes;
    private byte[] buffer;
    private int end = MessagePrefix.Size;
    private bool isComplete;

    private OutgoingMessage(int? limitBytes)
    {
        this.limitBytes = limitBytes;
        buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    }

    /// <summary>Prefix and message.</summary>
    public ReadOnlyMemory<byte> Frame => buffer.AsMemory(0, end);

    private ReadOnlySpan<byte> Payload => buffer.AsSpan(MessagePrefix.Size, end - MessagePrefix.Size);

    /// <summary>Serializes, and compresses when <paramref name="compressor"/> is given.</summary>
    /// <exception cref="RpcException">
    /// RESOURCE_EXHAUSTED above the limit; INTERNAL when the serializer fails.
    /// </exception>
    public static OutgoingMessage Create<T>(
        T message, Action<T, SerializationContext> serializer, int? limitBytes, ICompressionProvider? compressor)
    {
        var outgoing = new OutgoingMessage(limitBytes);
        try
        {
            outgoing.Fill(message, serializer);

            // Nothing does not get smaller, and peers differ in what compressed nothing looks like.
            if (compressor is null || outgoing.Payload.IsEmpty)
            {
                return outgoing;
            }

            using var plain = outgoing;
            return plain.Compressed(compressor);
        }
        catch
        {
            outgoing.Dispose();
            throw;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        EnsureWithinLimit(payloadLength);
        Reserve(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete(byte[] payload)
    {
        EnsureNotComplete();
        EnsureWithinLimit(payload.Length);
        Reserve(payload.Length);
        payload.CopyTo(buffer.AsSpan(MessagePrefix.Size));
        end = MessagePrefix.Size + payload.Length;
        isComplete = true;
    }

    public override void Complete()
    {
        EnsureNotComplete();
        isComplete = true;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, buffer.Length - end);
        EnsureWithinLimit((long)end - MessagePrefix.Size + count);
        end += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return buffer.AsMemory(end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            end = 0;
        }
    }

    private void Fill<T>(T message, Action<T, SerializationContext> serializer)
    {
        try
        {
            serializer(message, this);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw WireErrors.Internal("The message could not be serialized.", failure);
        }

        if (!isComplete)
        {
            throw WireErrors.Internal("The serializer did not complete the message.");
        }

        WritePrefix(isCompressed: false);
    }

    private OutgoingMessage Compressed(ICompressionProvider compressor)
    {
        var target = new OutgoingMessage(limitBytes: null);
        try
        {
            using (var stream = compressor.CreateCompressionStream(new BufferWriterStream(target), compressionLevel: null))
            {
                stream.Write(Payload);
            }

            target.WritePrefix(isCompressed: true);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    private void WritePrefix(bool isCompressed) =>
        new MessagePrefix(isCompressed, (uint)(end - MessagePrefix.Size)).Write(buffer);

    private void EnsureNotComplete()
    {
        if (isComplete)
        {
            throw new InvalidOperationException("The message was completed before.");
        }
    }

    private void EnsureWithinLimit(long sizeBytes)
    {
        if (sizeBytes > limitBytes)
        {
            throw WireErrors.SentTooLarge(sizeBytes, limitBytes.Value);
        }
    }

    private void Reserve(int more)
    {
        var needed = (long)end + more;
        if (needed <= buffer.Length)
        {
            return;
        }

        if (needed > Array.MaxLength)
        {
            throw WireErrors.SentTooLarge(needed - MessagePrefix.Size, Array.MaxLength - MessagePrefix.Size);
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * buffer.Length)));
        buffer.AsSpan(0, end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
