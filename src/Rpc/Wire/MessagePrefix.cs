using System.Buffers;
using System.Buffers.Binary;

namespace Grpc.Wire;

/// <summary>The five bytes before each message: a flag and the length, unsigned, big-endian.</summary>
internal readonly record struct MessagePrefix(bool IsCompressed, uint Length)
{
    public const int Size = 5;

    /// <summary>
    /// Reads the prefix at the start of <paramref name="buffer"/>; false when fewer than five bytes are there.
    /// </summary>
    /// <exception cref="Grpc.Core.RpcException">INTERNAL: the flag is neither 0 nor 1.</exception>
    public static bool TryRead(in ReadOnlySequence<byte> buffer, out MessagePrefix prefix)
    {
        prefix = default;
        if (buffer.Length < Size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        buffer.Slice(0, Size).CopyTo(bytes);
        if (bytes[0] > 1)
        {
            throw WireErrors.Internal($"Unexpected compressed flag value {bytes[0]} in message prefix.");
        }

        prefix = new(bytes[0] == 1, BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]));
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[0] = IsCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], Length);
    }
}
