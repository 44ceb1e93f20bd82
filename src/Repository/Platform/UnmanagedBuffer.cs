using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Memory outside the collected heap, given back to the system when it is disposed: large buffers that live as long as one copy or one restore would
/// otherwise stay with the process until a full collection.
/// </summary>
internal sealed class UnmanagedBuffer : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly nuint length;

    public UnmanagedBuffer(int length)
        : base(ownsHandle: true)
    {
        this.length = (nuint)length;
        var address = Libc.MapMemory(0, this.length, Libc.ProtectReadWrite, Libc.MapPrivateAnonymous, file: -1, offset: 0);
        if (address == -1)
        {
            throw new InsufficientMemoryException($"mmap of {length} bytes failed: errno {LastError.Number}");
        }

        SetHandle(address);
    }

    public int Length => (int)length;

    /// <summary>All of it. The caller keeps the buffer alive and undisposed while it uses the span.</summary>
    public unsafe Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return new Span<byte>((void*)handle, (int)length);
        }
    }

    protected override bool ReleaseHandle() => Libc.UnmapMemory(handle, length) == 0;
}
