using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Appends segment records to packs of this point and begins a new one when a pack would grow over its size. A pack is under its final name from
/// the start, since nothing names it before a checkpoint made it durable. Not for concurrent use, but what <see cref="TakeUnsynced"/> gave away
/// may be synced meanwhile.
/// </summary>
internal sealed class PackWriter(RepositoryLayout.ChainLayout chain, PackKind kind, PointId point, PackNumbers numbers, long maxBytes) : IDisposable
{
    private readonly List<PackFile> full = [];
    private PackFile? current;

    /// <summary>
    /// Whether the next record of this length begins a new pack, when <paramref name="pending"/> bytes of records have places and are still to be appended.
    /// </summary>
    public bool WouldRoll(long pending, long recordLength) =>
        current is null || (current.Length + pending + recordLength > maxBytes && (current.HasRecords || pending > 0));

    /// <summary>Where the next record of this length will begin, behind what is pending (nothing may be, where it begins a new pack).</summary>
    public (uint Pack, long Offset) Reserve(long pending, long recordLength)
    {
        if (WouldRoll(pending, recordLength))
        {
            Roll();
        }

        return (current!.Number, current.Length + pending);
    }

    public void Append(ReadOnlySpan<byte> records) => current!.Append(records);

    /// <summary>The packs that have bytes since the last time; full ones are the taker's to dispose.</summary>
    public IReadOnlyList<(PackFile File, bool IsFull)> TakeUnsynced()
    {
        var unsynced = full.Select(f => (f, true)).ToList();
        full.Clear();
        if (current is not null)
        {
            unsynced.Add((current, false));
        }

        return unsynced;
    }

    public void Dispose()
    {
        current?.Dispose();
        full.ForEach(f => f.Dispose());
    }

    private void Roll()
    {
        if (current is not null)
        {
            full.Add(current);
            current = null;
        }

        current = PackFile.Create(chain, new PackHeader(numbers.Next(), kind, chain.Id, point));
    }

    /// <summary>One pack that is being written.</summary>
    internal sealed class PackFile : IDisposable
    {
        private const long WriteBehindBytes = 4 << 20;

        private readonly SafeFileHandle handle;
        private readonly string path;
        private readonly long headerLength;
        private long begunWriting;

        private PackFile(string path, uint number, SafeFileHandle handle, byte[] start)
        {
            this.path = path;
            this.handle = handle;
            Number = number;
            headerLength = start.Length;
            Append(start);
        }

        public uint Number { get; }

        public long Length { get; private set; }

        public bool HasRecords => Length > headerLength;

        public static PackFile Create(RepositoryLayout.ChainLayout chain, PackHeader header)
        {
            var path = chain.Pack(header.Number);
            return new PackFile(path, header.Number, UnixFile.CreateNew(path, mode: 0x180), header.BuildFileStart());
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            UnixFile.Write(handle, bytes, Length, path);
            Length += bytes.Length;
            if (Length - begunWriting >= WriteBehindBytes)
            {
                // The disk works while the copy goes on, so that the next checkpoint's sync finds little left to do.
                UnixFile.BeginWriting(handle, begunWriting, Length - begunWriting);
                begunWriting = Length;
            }
        }

        /// <summary>
        /// Makes all durable that was appended before; its pages leave the page cache, which is the database's, and in which nobody looks for a backup. May run
        /// while more is appended: that stays, as long as it is not written.
        /// </summary>
        public void Sync()
        {
            UnixFile.Sync(handle, path);
            UnixFile.Advise(handle, 0, 0, Libc.AdviseDontNeed);
        }

        public void Dispose() => handle.Dispose();
    }
}
