using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// One file of a source while it is read: a regular file, not reached through a link, that must not change meanwhile. Whatever is
/// wrong with it is a <see cref="SourceException"/>.
/// </summary>
internal sealed class SourceFile : IDisposable
{
    private const long AdvisedFrom = 1 << 20;

    private readonly SourceEntry entry;
    private readonly SafeFileHandle handle;
    private readonly UnixStat before;
    private bool dropBehind;

    private SourceFile(SourceEntry entry, SafeFileHandle handle, UnixStat before) =>
        (this.entry, this.handle, this.before) = (entry, handle, before);

    /// <summary>The file is longer than the entry says (only with <see cref="SourceEntry.MayVanish"/>).</summary>
    public bool HasGrown => before.Attributes.Size > entry.Attributes.Size;

    public long Size => before.Attributes.Size;

    public bool HasHoles => before.Attributes.Size >= 64 * 1024 && before.AllocatedBytes < before.Attributes.Size;

    /// <summary>
    /// Which file was read, in which state; never 0. The change time counts for mutable files only, since links that come and go change it.
    /// </summary>
    public ulong Proof
    {
        get
        {
            Span<long> facts =
            [
                (long)before.Identity.Device, (long)before.Identity.Inode, before.Attributes.Size, before.Attributes.MtimeNs,
                entry.Immutable ? 0 : before.CtimeNs,
            ];
            Span<byte> digest = stackalloc byte[Sha256Digest.Size];
            SHA256.HashData(MemoryMarshal.AsBytes(facts), digest);
            return BinaryPrimitives.ReadUInt64LittleEndian(digest) | 1;
        }
    }

    /// <summary>Null when the file is gone and may be.</summary>
    public static SourceFile? TryOpen(SourceEntry entry)
    {
        var path = entry.PhysicalPath!;
        if (entry.IsSpecial)
        {
            // Never opened: opening alone can do something to a device.
            throw new SourceException(entry.Path, path, SourceTrouble.NotBackedUp, "is a device, a socket or a pipe, which are not backed up");
        }

        SafeFileHandle? handle = null;
        try
        {
            handle = UnixFile.TryOpenForReading(path);
            if (handle is null)
            {
                return entry.MayVanish ? null : throw new SourceException(entry.Path, path, SourceTrouble.Vanished, "has vanished");
            }

            var file = new SourceFile(entry, handle, handle.Stat(path));
            file.CheckAtOpen();
            file.AdviseReading();
            return file;
        }
        catch (RepositoryIoException e)
        {
            handle?.Dispose();
            throw new SourceException(entry.Path, path, SourceTrouble.Unreadable, $"cannot be read: {e.Message}", e);
        }
        catch
        {
            handle?.Dispose();
            throw;
        }
    }

    /// <summary>Fills the buffer; the file must have that many bytes.</summary>
    public void Read(Span<byte> buffer, long offset)
    {
        int read;
        try
        {
            read = UnixFile.ReadFully(handle, buffer, offset, entry.PhysicalPath!);
        }
        catch (RepositoryIoException e)
        {
            throw Fault($"cannot be read at offset {offset}: {e.Message}", SourceTrouble.Unreadable, e);
        }

        if (read < buffer.Length && entry.Live)
        {
            buffer[read..].Clear();
        }
        else if (read < buffer.Length)
        {
            throw Fault($"shrank while it was read: ends at {offset + read}, had {entry.Attributes.Size} bytes");
        }
    }

    /// <summary>Where the next data are, from <paramref name="offset"/> on; the file's end when only a hole follows.</summary>
    public long FindData(long offset)
    {
        if (!HasHoles)
        {
            return offset;
        }

        var found = Libc.Seek(handle.Number(), offset, Libc.SeekData);
        return found >= 0 ? Math.Min(found, entry.Attributes.Size)
            : LastError.Number == Libc.NoSuchDevice ? entry.Attributes.Size
            : offset; // a file system that knows no holes
    }

    /// <summary>After the last byte: null when the file is still as it was, else what changed.</summary>
    public string? FindChange()
    {
        if (entry.Live)
        {
            return null;
        }

        var after = handle.Stat(entry.PhysicalPath!);
        var changed = entry.MayVanish
            ? after.Attributes.Size < entry.Attributes.Size
            : after.Attributes.Size != before.Attributes.Size || after.Attributes.MtimeNs != before.Attributes.MtimeNs;
        return changed
            ? $"changed while it was read: {before.Attributes.Size} bytes, mtime {before.Attributes.MtimeNs} ns before; " +
                $"{after.Attributes.Size} bytes, mtime {after.Attributes.MtimeNs} ns after"
            : null;
    }

    public SourceException Fault(string finding, SourceTrouble trouble = SourceTrouble.Changed, Exception? inner = null) =>
        new(entry.Path, entry.PhysicalPath!, trouble, finding, inner);

    public void Dispose()
    {
        if (dropBehind)
        {
            UnixFile.Advise(handle, 0, 0, Libc.AdviseDontNeed);
        }

        handle.Dispose();
    }

    // The page cache is the database's: large files are read ahead, and those that it had nothing of in the cache do not stay there.
    private void AdviseReading()
    {
        if (before.Attributes.Size >= AdvisedFrom)
        {
            UnixFile.Advise(handle, 0, 0, Libc.AdviseSequential);
            dropBehind = UnixFile.CountCachedPages(handle) == 0;
        }
    }

    private void CheckAtOpen()
    {
        if (!before.IsRegular)
        {
            throw Fault("is no regular file", SourceTrouble.NotBackedUp);
        }

        var size = before.Attributes.Size;
        if (!entry.Live && (size < entry.Attributes.Size || (size > entry.Attributes.Size && !entry.MayVanish)))
        {
            throw Fault($"has {size} bytes, and had {entry.Attributes.Size} when it was listed");
        }
    }
}
