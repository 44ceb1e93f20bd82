using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// One file on its way back. Several workers write pieces of it; whoever is the first opens it, whoever is the last sets its attributes and closes it. So
/// files that wait cost no descriptor.
/// </summary>
internal sealed class RestoredFile
{
    private const int BlockBytes = 4096;

    /// <summary>
    /// Files from this size on get their space before their bytes, so that pieces written out of order lie together, and are written around the page cache:
    /// what is restored need not drive out what is in it, and copying into it costs as much as hashing.
    /// </summary>
    private const long LargeFrom = 1 << 20;

    private readonly Lock gate = new();
    private SafeFileHandle? handle;
    private volatile SafeFileHandle? direct;
    private readonly RestorePlace place;
    private readonly AttributeRestorer attributes;
    private readonly EarlierTree? earlier;
    private readonly string path;
    private int holds = 1;
    private long dataEnd;
    private long sharedBytes;

    /// <param name="place">Where it goes.</param>
    /// <param name="entry">What it is.</param>
    /// <param name="attributes">Sets what the entry says.</param>
    /// <param name="earlier">Where it may be already; not for a sparse file, whose holes nothing says anything about.</param>
    public RestoredFile(RestorePlace place, ManifestEntry entry, AttributeRestorer attributes, EarlierTree? earlier) =>
        (this.place, path, Entry, this.attributes, this.earlier) = (place, place.FullPath, entry, attributes, entry.Sparse ? null : earlier);

    public ManifestEntry Entry { get; }

    /// <summary>It may begin with bytes of an earlier file, so that its zeros are no matter of course.</summary>
    public bool MayShare => earlier is not null;

    /// <summary>For a piece that will be written up to <paramref name="end"/>. Called by the walk alone, in the file's order.</summary>
    public void Hold(long end)
    {
        Interlocked.Increment(ref holds);

        // A sparse file's last block may be left out.
        dataEnd = Entry.Sparse ? 0 : end;
    }

    /// <summary>For zeros, which are written only over what an earlier file has there.</summary>
    public void HoldZeros() => Interlocked.Increment(ref holds);

    /// <summary>
    /// Reads what the file has at <paramref name="offset"/> from an earlier one, as much as <paramref name="buffer"/> takes; false when the earlier one did not
    /// reach so far.
    /// </summary>
    public bool TryReadShared(Span<byte> buffer, long offset)
    {
        var file = Open();
        return offset + buffer.Length <= Volatile.Read(ref sharedBytes) && UnixFile.ReadFully(file, buffer, offset, path) == buffer.Length;
    }

    /// <summary>How many bytes of a range an earlier file has brought.</summary>
    public long CountShared(long offset, long length)
    {
        _ = Open();
        return Math.Clamp(Volatile.Read(ref sharedBytes) - offset, 0, length);
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (!Entry.Sparse)
        {
            var usual = Open();
            var done = WriteDirectly(bytes, offset);
            if (done < bytes.Length)
            {
                UnixFile.Write(usual, bytes[done..], offset + done, path);
            }

            return;
        }

        for (var at = 0; at < bytes.Length;)
        {
            var zeros = CountBlocks(bytes[at..], zero: true);
            var data = CountBlocks(bytes[(at + zeros)..], zero: false);
            if (data > 0)
            {
                UnixFile.Write(Open(), bytes.Slice(at + zeros, data), offset + at + zeros, path);
            }

            at += zeros + data;
        }
    }

    /// <summary>Gives one hold back; the last one finishes the file.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref holds) == 0)
        {
            using (Open())
            using (direct)
            {
                // Only a file that ends in zeros is still too short: what nothing is written to stays a hole.
                if (dataEnd < Entry.Attributes.Size)
                {
                    UnixFile.SetLength(Open(), Entry.Attributes.Size, path);
                }

                attributes.Set(Open(), path, Entry);
            }
        }
    }

    /// <summary>After a failure elsewhere: only closes.</summary>
    public void Abandon()
    {
        lock (gate)
        {
            handle?.Dispose();
            direct?.Dispose();
        }
    }

    private SafeFileHandle Open()
    {
        lock (gate)
        {
            if (handle is null)
            {
                var made = place.Target.CreateFile(place.Relative, mode: 0x180);
                handle = made;
                if (Entry.Attributes.Size > 0 && earlier?.Share(made, place.Relative) is > 0 and var taken)
                {
                    UnixFile.SetLength(made, Entry.Attributes.Size, path);
                    sharedBytes = Math.Min(taken, Entry.Attributes.Size);
                }

                if (!Entry.Sparse && Entry.Attributes.Size >= LargeFrom)
                {
                    if (sharedBytes == 0)
                    {
                        UnixFile.Allocate(made, Entry.Attributes.Size, path);
                    }

                    direct = UnixFile.TryReopenDirect(made);
                }
            }

            return handle;
        }
    }

    // How many bytes were written: what is aligned, and nothing where the file system has anything against it. What then fails in the usual way is a failure.
    private int WriteDirectly(ReadOnlySpan<byte> bytes, long offset)
    {
        var length = bytes.Length & -UnixFile.DirectAlignment;
        if (direct is not { } file || length == 0 || offset % UnixFile.DirectAlignment != 0 || !IsAligned(bytes))
        {
            return 0;
        }

        try
        {
            UnixFile.Write(file, bytes[..length], offset, path);
            return length;
        }
        catch (RepositoryIoException)
        {
            return 0;
        }
    }

    private static unsafe bool IsAligned(ReadOnlySpan<byte> bytes)
    {
        // The bytes are outside of the collected heap, so that they do not move.
        fixed (byte* start = bytes)
        {
            return (nint)start % UnixFile.DirectAlignment == 0;
        }
    }

    private static int CountBlocks(ReadOnlySpan<byte> bytes, bool zero)
    {
        var count = 0;
        while (count < bytes.Length)
        {
            var block = bytes.Slice(count, Math.Min(BlockBytes, bytes.Length - count));
            if (block.IndexOfAnyExcept((byte)0) < 0 != zero)
            {
                break;
            }

            count += block.Length;
        }

        return count;
    }
}
