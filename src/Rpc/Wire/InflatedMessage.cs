using System.Buffers;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>A message after decompression, in a rented buffer that is never asked for with more than a byte beyond the limit.</summary>
internal sealed class InflatedMessage : IDisposable
{
    private const int FirstBuffer = 4096;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int length;

    private InflatedMessage()
    {
    }

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    /// <exception cref="Grpc.Core.RpcException">
    /// RESOURCE_EXHAUSTED above the limit; INTERNAL when the bytes are not well-formed.
    /// </exception>
    public static InflatedMessage Create(ReadOnlySequence<byte> payload, ICompressionProvider provider, int? limitBytes)
    {
        var inflated = new InflatedMessage();
        try
        {
            inflated.Fill(payload, provider, limitBytes ?? Array.MaxLength);
            return inflated;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            inflated.Dispose();
            throw WireErrors.Internal("A received message could not be decompressed.", failure);
        }
        catch
        {
            inflated.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private void Fill(ReadOnlySequence<byte> payload, ICompressionProvider provider, int limit)
    {
        var compressed = ArrayPool<byte>.Shared.Rent(checked((int)payload.Length));
        try
        {
            payload.CopyTo(compressed);
            using var source = new MemoryStream(compressed, 0, (int)payload.Length, writable: false);
            using var stream = provider.CreateDecompressionStream(source);
            while (true)
            {
                var read = stream.Read(buffer, length, buffer.Length - length);
                if (read == 0)
                {
                    return;
                }

                length += read;
                if (length > limit)
                {
                    throw WireErrors.ReceivedTooLargeInflated(limit);
                }

                GrowWhenFull(limit);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    // One byte beyond the limit is enough to see that there are more.
    private void GrowWhenFull(int limit)
    {
        if (length < buffer.Length)
        {
            return;
        }

        if (length == Array.MaxLength)
        {
            throw WireErrors.ReceivedTooLargeInflated(limit);
        }

        var most = Math.Min(Array.MaxLength, Math.Max(limit + 1L, length + 1L));
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(most, 2L * buffer.Length));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
