using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Appends segment records to packs of this point and begins a new one when a pack would grow over its size. A pack is under its final name from
/// the start, since nothing names it before a checkpoint made it durable. Not for concurrent use, but what <see cref="TakeUnsynced"/> gave away
/// may be synced meanwhile.
/// </summary>
internal sealed class PackWriter(RepositoryLayout.ChainLayout chain, PackKind kind, PointId point, PackNumbers numbers, long maxBytes) : IDisposable
{
    private readonly UnmanagedBuffer buffer = UnmanagedBuffer.OfHugePages(PackFile.BufferBytes);
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
            current.Settle();
            unsynced.Add((current, false));
        }

        return unsynced;
    }

    public void Dispose()
    {
        current?.Dispose();
        full.ForEach(f => f.Dispose());
        buffer.Dispose();
    }

    private void Roll()
    {
        if (current is not null)
        {
            current.Settle();
            full.Add(current);
            current = null;
        }

        current = PackFile.Create(chain, new PackHeader(numbers.Next(), kind, chain.Id, point), buffer);
    }

    /// <summary>
    /// One pack that is being written: whole buffers around the page cache, which is the database's and in which nobody looks for a backup; what is left of one
    /// at a checkpoint, and everything where the file system has no such writes, in the usual way.
    /// </summary>
    internal sealed class PackFile : IDisposable
    {
        /// <summary>Many requests of a disk, so that it has several to work on; a multiple of what direct writes are aligned to.</summary>
        public const int BufferBytes = 2 << 20;

        private readonly SafeFileHandle handle;
        private readonly string path;
        private readonly long headerLength;
        private readonly UnmanagedBuffer buffer;

        /// <summary>Where the buffer's first byte belongs; aligned.</summary>
        private long start;
        private int used;

        /// <summary>So much of what is in the buffer is in the file, too.</summary>
        private int settled;
        private bool mayBeDirect = true;

        private PackFile(string path, uint number, SafeFileHandle handle, byte[] fileStart, UnmanagedBuffer buffer)
        {
            this.path = path;
            this.handle = handle;
            this.buffer = buffer;
            Number = number;
            headerLength = fileStart.Length;
            Append(fileStart);
        }

        public uint Number { get; }

        /// <summary>With what waits in the buffer.</summary>
        public long Length => start + used;

        public bool HasRecords => Length > headerLength;

        /// <param name="chain">Where it goes.</param>
        /// <param name="header">What it says of itself.</param>
        /// <param name="buffer">Its own until it is settled for the last time.</param>
        public static PackFile Create(RepositoryLayout.ChainLayout chain, PackHeader header, UnmanagedBuffer buffer)
        {
            var path = chain.Pack(header.Number);
            return new PackFile(path, header.Number, UnixFile.CreateNew(path, mode: 0x180), header.BuildFileStart(), buffer);
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                var taken = Math.Min(bytes.Length, BufferBytes - used);
                bytes[..taken].CopyTo(buffer.Span[used..]);
                used += taken;
                bytes = bytes[taken..];
                if (used == BufferBytes)
                {
                    WriteBuffer();
                }
            }
        }

        /// <summary>Writes what waits in the buffer, so that a sync makes all durable that was appended.</summary>
        public void Settle()
        {
            if (settled < used)
            {
                WriteUsually(settled);
            }

            // The block that is not full yet will be written once more, by whoever fills it.
            var partial = used % UnixFile.DirectAlignment;
            buffer.Span[(used - partial)..used].CopyTo(buffer.Span);
            start += used - partial;
            used = settled = partial;
        }

        /// <summary>
        /// Makes all durable that was settled before; what of it went through the page cache leaves it. May run while more is appended.
        /// </summary>
        public void Sync()
        {
            UnixFile.Sync(handle, path);
            UnixFile.Advise(handle, 0, 0, Libc.AdviseDontNeed);
        }

        public void Dispose() => handle.Dispose();

        private void WriteBuffer()
        {
            if (!TryWriteDirectly())
            {
                WriteUsually(settled);

                // The disk works while the copy goes on, so that the next checkpoint's sync finds little left to do.
                UnixFile.BeginWriting(handle, start, used);
            }

            start += used;
            used = settled = 0;
        }

        private void WriteUsually(int from) => UnixFile.Write(handle, buffer.Span[from..used], start + from, path);

        private bool TryWriteDirectly()
        {
            if (!mayBeDirect || !UnixFile.TrySetDirect(handle, isDirect: true))
            {
                return mayBeDirect = false;
            }

            try
            {
                UnixFile.Write(handle, buffer.Span, start, path);
            }
            catch (RepositoryIoException)
            {
                // What has anything against direct writes alone takes it in the usual way; else that fails too.
                mayBeDirect = false;
            }

            return UnixFile.TrySetDirect(handle, isDirect: false) && mayBeDirect;
        }
    }
}
