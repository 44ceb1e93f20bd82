using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>
/// Takes messages off a pipe, one by one. A length is checked before anything is kept for it. One reader at a time.
/// </summary>
/// <param name="pipe">Where the bytes come from.</param>
/// <param name="limitBytes">The largest message, compressed or not; null for no limit.</param>
/// <param name="decompressor">What the peer's encoding needs; null when the peer named none, or identity.</param>
internal sealed class MessageReader(PipeReader pipe, int? limitBytes, ICompressionProvider? decompressor)
{
    /// <summary>The next message; null at the end.</summary>
    /// <exception cref="RpcException">
    /// INTERNAL or RESOURCE_EXHAUSTED: the peer broke the framing or the limit.
    /// </exception>
    public async ValueTask<T?> ReadAsync<T>(
        Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var consumed = result.Buffer.Start;
            var examined = result.Buffer.End;
            try
            {
                EnsureNotCanceled(result);
                if (TryFrame(result.Buffer, out var prefix, out var payload))
                {
                    consumed = examined = payload.End;
                    return Decode(prefix, payload, deserializer);
                }

                if (result.IsCompleted)
                {
                    consumed = examined;
                    return result.Buffer.IsEmpty ? null : throw WireErrors.Internal("Incomplete message.");
                }
            }
            finally
            {
                pipe.AdvanceTo(consumed, examined);
            }
        }
    }

    /// <summary>True when the peer ends its stream; false as soon as another byte comes.</summary>
    public async ValueTask<bool> TryReachEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var isEmpty = result.Buffer.IsEmpty;
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            EnsureNotCanceled(result);
            if (!isEmpty || result.IsCompleted)
            {
                return isEmpty;
            }
        }
    }

    private static void EnsureNotCanceled(ReadResult result)
    {
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("The read was cancelled.");
        }
    }

    private bool TryFrame(
        in ReadOnlySequence<byte> buffer, out MessagePrefix prefix, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (!MessagePrefix.TryRead(buffer, out prefix))
        {
            return false;
        }

        var limit = limitBytes ?? int.MaxValue;
        if (prefix.Length > limit)
        {
            throw WireErrors.ReceivedTooLarge(prefix.Length, limit);
        }

        if (prefix.IsCompressed && decompressor is null)
        {
            throw WireErrors.Internal("A message is flagged as compressed, but no compression was announced.");
        }

        if (buffer.Length - MessagePrefix.Size < prefix.Length)
        {
            return false;
        }

        payload = buffer.Slice(MessagePrefix.Size, prefix.Length);
        return true;
    }

    private T Decode<T>(MessagePrefix prefix, ReadOnlySequence<byte> payload, Func<DeserializationContext, T> deserializer)
        where T : class
    {
        if (!prefix.IsCompressed)
        {
            return Deserialize(payload, deserializer);
        }

        using var inflated = InflatedMessage.Create(payload, decompressor!, limitBytes);
        return Deserialize(new ReadOnlySequence<byte>(inflated.Bytes), deserializer);
    }

    private static T Deserialize<T>(ReadOnlySequence<byte> payload, Func<DeserializationContext, T> deserializer)
        where T : class
    {
        try
        {
            return deserializer(new IncomingPayload(payload))
                ?? throw new InvalidOperationException("The deserializer returned null.");
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw WireErrors.Internal("A received message could not be decoded.", failure);
        }
    }
}
