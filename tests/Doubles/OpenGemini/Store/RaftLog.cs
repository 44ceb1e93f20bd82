using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace OpenGeminiDouble.Store;

/// <summary>
/// <c>__raft_entries__</c> of one replicated partition: <c>00001.entry</c> (32-byte slots of term, index, type and offset in
/// the first MiB, then the entries, each after its length) and <c>raft.meta</c> (hard state at 512, snapshot at 1024). Both are
/// written in place, as the real ones are. Guarded by its partition's gate.
/// </summary>
internal sealed class RaftLog : IDisposable
{
    private const int SlotSize = 32;
    private const int DataStart = 1 << 20;
    private const int HardStateAt = 512;
    private const int SnapshotAt = 1024;
    private static readonly byte[] Mark = "double:"u8.ToArray();
    private readonly FileStream entries;
    private readonly FileStream meta;
    private readonly List<Slot> slots = [];
    private readonly long nodeId;
    private long term = 1;

    public RaftLog(string directory, int partition)
    {
        Directory.CreateDirectory(directory);
        nodeId = partition + 1;
        var isNew = !File.Exists(Path.Combine(directory, "raft.meta"));
        entries = Open(Path.Combine(directory, "00001.entry"));
        meta = Open(Path.Combine(directory, "raft.meta"));
        if (isNew)
        {
            entries.SetLength(DataStart);
            meta.SetLength(DataStart);
            SaveHardState();
        }
        else
        {
            Load();
        }
    }

    /// <summary>The last entry's index; 0 in an empty log.</summary>
    public long Last => slots.Count == 0 ? 0 : slots[^1].Index;

    public long Commit { get; private set; }

    /// <summary>Entries up to here are in data files.</summary>
    public long Snapshot { get; private set; }

    public long Term => term;

    /// <summary>
    /// Takes an entry from the master. An index that is committed here is answered as taken and not looked at: which is how a
    /// replica that was restored ahead of the others silently loses what they write next.
    /// </summary>
    /// <returns>The index that is needed first, or 0 when the entry is in.</returns>
    public long Append(long index, long entryTerm, byte[] payload)
    {
        if (index <= Commit)
        {
            return 0;
        }

        if (index > Last + 1)
        {
            return Last + 1;
        }

        if (index <= Last)
        {
            var at = slots.FindIndex(slot => slot.Index == index);
            if (slots[at].Term == entryTerm)
            {
                return 0;
            }

            RandomAccess.Write(entries.SafeFileHandle, new byte[(slots.Count - at) * SlotSize], at * SlotSize);
            slots.RemoveRange(at, slots.Count - at);
        }

        var offset = DataStart;
        if (slots.Count > 0)
        {
            offset = slots[^1].Offset + 4 + slots[^1].Length;
        }

        var data = new byte[4 + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)payload.Length);
        payload.CopyTo(data, 4);
        RandomAccess.Write(entries.SafeFileHandle, data, offset);
        Span<byte> slot = stackalloc byte[SlotSize];
        BinaryPrimitives.WriteInt64BigEndian(slot, entryTerm);
        BinaryPrimitives.WriteInt64BigEndian(slot[8..], index);
        BinaryPrimitives.WriteInt64BigEndian(slot[16..], 0);
        BinaryPrimitives.WriteInt64BigEndian(slot[24..], offset);
        RandomAccess.Write(entries.SafeFileHandle, slot, slots.Count * SlotSize);
        slots.Add(new Slot(entryTerm, index, offset, payload.Length));
        return 0;
    }

    public byte[] Payload(long index)
    {
        var slot = slots.First(slot => slot.Index == index);
        var payload = new byte[slot.Length];
        RandomAccess.Read(entries.SafeFileHandle, payload, slot.Offset + 4);
        return payload;
    }

    public long TermOf(long index) => slots.First(slot => slot.Index == index).Term;

    public bool Has(long index) => slots.Count > 0 && index >= slots[0].Index && index <= Last;

    public void SetCommit(long commit)
    {
        if (commit > Commit)
        {
            Commit = Math.Min(commit, Last);
            SaveHardState();
        }
    }

    public void NextTerm()
    {
        term++;
        SaveHardState();
    }

    /// <summary>Moves the snapshot index up to the commit index: a flush does it before it writes its data files.</summary>
    public void SaveSnapshot()
    {
        Snapshot = Commit;
        using var message = new MemoryStream();
        message.Write([0x0a, 0x08]);
        message.Write("snapshot"u8);
        using var metadata = new MemoryStream();
        metadata.Write([0x0a, 0x08, 0x08, 0x01, 0x08, 0x02, 0x08, 0x03, 0x28, 0x00, 0x10]);
        Varint(metadata, Snapshot);
        metadata.WriteByte(0x18);
        Varint(metadata, term);
        message.Write([0x12, (byte)metadata.Length]);
        metadata.WriteTo(message);
        var written = new byte[64];
        BinaryPrimitives.WriteInt64BigEndian(written, Snapshot);
        BinaryPrimitives.WriteInt64BigEndian(written.AsSpan(8), term);
        BinaryPrimitives.WriteInt32BigEndian(written.AsSpan(16), (int)message.Length);
        message.ToArray().CopyTo(written, 20);
        RandomAccess.Write(meta.SafeFileHandle, written, SnapshotAt);
    }

    /// <summary>The double's own entries in a range: where the points belong, by partition, and the points.</summary>
    public IEnumerable<(IReadOnlyDictionary<int, string> Places, List<Point> Points)> Own(long from, long to)
    {
        for (var index = Math.Max(from, slots.Count > 0 ? slots[0].Index : 1); index <= to && index <= Last; index++)
        {
            if (Decode(Payload(index)) is { } entry)
            {
                yield return entry;
            }
        }
    }

    /// <param name="places">Partition, colon, shard directory, for each copy; comma between them.</param>
    /// <param name="lines">The points.</param>
    public static byte[] Encode(string places, string lines) => [.. Mark, .. Encoding.UTF8.GetBytes($"{places}\n{lines}")];

    public static (IReadOnlyDictionary<int, string> Places, List<Point> Points)? Decode(byte[] payload)
    {
        if (!payload.AsSpan().StartsWith(Mark))
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(payload, Mark.Length, payload.Length - Mark.Length)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var places = lines[0].Split(',').Select(place => place.Split(':'))
            .ToDictionary(parts => int.Parse(parts[0], CultureInfo.InvariantCulture), parts => parts[1]);
        return (places, [.. lines.Skip(1).Select(Point.Parse)]);
    }

    public void Dispose()
    {
        entries.Dispose();
        meta.Dispose();
    }

    private static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private void Load()
    {
        var table = new byte[DataStart];
        RandomAccess.Read(entries.SafeFileHandle, table, 0);
        var lengthBytes = new byte[4];
        for (var at = 0; at + SlotSize <= table.Length; at += SlotSize)
        {
            var slot = table.AsSpan(at, SlotSize);
            var index = BinaryPrimitives.ReadInt64BigEndian(slot[8..]);
            if (index == 0)
            {
                break;
            }

            var offset = (int)BinaryPrimitives.ReadInt64BigEndian(slot[24..]);
            RandomAccess.Read(entries.SafeFileHandle, lengthBytes, offset);
            slots.Add(new Slot(
                BinaryPrimitives.ReadInt64BigEndian(slot), index, offset, BinaryPrimitives.ReadInt32BigEndian(lengthBytes)));
        }

        var head = new byte[SnapshotAt + 64];
        RandomAccess.Read(meta.SafeFileHandle, head, 0);
        var hard = head.AsSpan(HardStateAt + 4, BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(HardStateAt)));
        while (hard.Length > 0)
        {
            var field = hard[0] >> 3;
            hard = hard[1..];
            var value = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var next = hard[0];
                hard = hard[1..];
                value |= (long)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    break;
                }
            }

            if (field == 1)
            {
                term = value;
            }
            else if (field == 3)
            {
                Commit = value;
            }
        }

        Snapshot = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(SnapshotAt));
        if (Commit > Last)
        {
            // Observed: a commit index beyond the entries kills the store at its start.
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"runtime error: slice bounds out of range, slice[{Snapshot + 1},{Commit + 1}) out of bound [1,{Last}]"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"newRaft {nodeId} term: {term} commit: {Commit} lastindex: {Last} snapshot: {Snapshot}"));
    }

    private void SaveHardState()
    {
        using var state = new MemoryStream();
        state.WriteByte(0x08);
        Varint(state, term);
        state.WriteByte(0x10);
        Varint(state, nodeId);
        state.WriteByte(0x18);
        Varint(state, Commit);
        var written = new byte[4 + 32];
        BinaryPrimitives.WriteInt32BigEndian(written, (int)state.Length);
        state.ToArray().CopyTo(written, 4);
        RandomAccess.Write(meta.SafeFileHandle, written, HardStateAt);
        Span<byte> id = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(id, nodeId);
        RandomAccess.Write(meta.SafeFileHandle, id, 0);
    }

    private static void Varint(Stream stream, long value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }

    private readonly record struct Slot(long Term, long Index, int Offset, int Length);
}
