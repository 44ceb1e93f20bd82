using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Memory outside the collected heap, given back to the system when it is disposed: large buffers that live as long as one copy or one restore would
/// otherwise stay with the process until a full collection.
/// </summary>
internal sealed class UnmanagedBuffer : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Of x86-64, and of arm64 with pages of 4 KiB; elsewhere the kernel takes what fits.</summary>
    private const int HugePageBytes = 2 << 20;

    private readonly nuint length;
    private readonly nuint mapped;

    public UnmanagedBuffer(int length)
        : this(length, length)
    {
    }

    private UnmanagedBuffer(int length, int mapped)
        : base(ownsHandle: true)
    {
        (this.length, this.mapped) = ((nuint)length, (nuint)mapped);
        var address = Libc.MapMemory(0, this.mapped, Libc.ProtectReadWrite, Libc.MapPrivateAnonymous, file: -1, offset: 0);
        if (address == -1)
        {
            throw new InsufficientMemoryException($"mmap of {mapped} bytes failed: errno {LastError.Number}");
        }

        SetHandle(address);
    }

    public int Length => (int)length;

    /// <summary>
    /// For memory that is filled to its end again and again: its whole huge pages are asked for as such, because bringing in and giving back thousands of small
    /// ones costs more than filling them. What is behind the last whole one stays small.
    /// </summary>
    public static UnmanagedBuffer OfHugePages(int length)
    {
        // The kernel aligns a mapping to them only when its length is a multiple of theirs.
        var buffer = new UnmanagedBuffer(length, (length + HugePageBytes - 1) / HugePageBytes * HugePageBytes);

        // Advice only: a kernel without huge pages refuses it, and all goes on with small ones.
        _ = Libc.AdviseMemory(buffer.handle, (nuint)(length / HugePageBytes * HugePageBytes), Libc.AdviseHugePages);
        return buffer;
    }

    /// <summary>All of it. The caller keeps the buffer alive and undisposed while it uses the span.</summary>
    public unsafe Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return new Span<byte>((void*)handle, (int)length);
        }
    }

    protected override bool ReleaseHandle() => Libc.UnmapMemory(handle, mapped) == 0;
}
