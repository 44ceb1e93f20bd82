using System.Buffers.Binary;

namespace Cairn.Agent.Engines.OpenGemini.Raft;

/// <summary>
/// What the slots of a <c>NNNNN.entry</c> file say. The first MiB holds slots of 32 bytes: term, index, type, offset, each
/// 8 bytes big-endian; at the offset stand a length (4 bytes) and the entry's data. The first slot with index 0 ends it.
/// Seen in files of v1.5.2 servers; at most 30,000 slots are used [source].
/// </summary>
/// <param name="First">The first slot's index; 0 when the file is empty.</param>
/// <param name="Last">The last slot's index; 0 when the file is empty.</param>
/// <param name="LastTerm">The last slot's term.</param>
/// <param name="Slots">How many slots are used.</param>
internal sealed record RaftEntryFile(ulong First, ulong Last, ulong LastTerm, int Slots)
{
    /// <summary>Where slots end and data begin.</summary>
    public const int DataOffset = 1 << 20;

    /// <summary>Bytes of a slot.</summary>
    public const int SlotBytes = 32;

    /// <summary>Reads the slots of a file and looks whether the data they name are there.</summary>
    /// <exception cref="InvalidDataException">It is not an entry file, or its slots do not fit together.</exception>
    public static RaftEntryFile Read(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var table = ReadAt(file, 0, (int)Math.Min(length, DataOffset));
        return Parse(
            table,
            length,
            offset => BinaryPrimitives.ReadUInt32BigEndian(ReadAt(file, offset, 4)));
    }

    /// <summary>Parses a table of slots of a file of <paramref name="length"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The slots do not fit together.</exception>
    public static RaftEntryFile Parse(ReadOnlySpan<byte> table, long length, Func<long, uint> lengthAt)
    {
        ulong first = 0, last = 0, lastTerm = 0, lastOffset = 0;
        var slots = 0;
        for (; (slots + 1) * SlotBytes <= table.Length; slots++)
        {
            var slot = table.Slice(slots * SlotBytes, SlotBytes);
            var term = BinaryPrimitives.ReadUInt64BigEndian(slot);
            var index = BinaryPrimitives.ReadUInt64BigEndian(slot[8..]);
            var offset = BinaryPrimitives.ReadUInt64BigEndian(slot[24..]);
            if (index == 0)
            {
                break;
            }

            if (slots > 0 && (index != last + 1 || offset <= lastOffset))
            {
                throw new InvalidDataException($"slot {slots} (index {index}, data at {offset}) does not follow index {last}, data at {lastOffset}");
            }

            if (offset < DataOffset || offset > (ulong)length || (ulong)length - offset < 4)
            {
                throw new InvalidDataException($"the data of index {index} should be at {offset}, the file has {length} bytes");
            }

            (first, last, lastTerm, lastOffset) = (slots == 0 ? index : first, index, term, offset);
        }

        if (slots > 0 && lengthAt((long)lastOffset) is var size && size > length - (long)lastOffset - 4)
        {
            throw new InvalidDataException($"index {last} claims {size} bytes at {lastOffset}, the file has {length}");
        }

        return new RaftEntryFile(first, last, lastTerm, slots);
    }

    private static byte[] ReadAt(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, int count)
    {
        var buffer = new byte[count];
        var got = 0;
        while (got < count)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(got), offset + got);
            if (read == 0)
            {
                throw new InvalidDataException("the file became shorter while it was read");
            }

            got += read;
        }

        return buffer;
    }
}
