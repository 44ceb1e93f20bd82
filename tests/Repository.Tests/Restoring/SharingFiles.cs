using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository.Tests.Restoring;

/// <summary>A file system that lets files share blocks, on one that need not: what is shared is copied, and counted.</summary>
internal sealed class SharingFiles : ForwardingFiles
{
    private long writtenBytes;

    /// <summary>Bytes that were written and not shared.</summary>
    public long WrittenBytes => Interlocked.Read(ref writtenBytes);

    public override bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other)
    {
        Assert.Equal(0, RandomAccess.GetLength(empty));
        var content = new byte[RandomAccess.GetLength(other)];
        Assert.Equal(content.Length, UnixFile.ReadFully(other, content, 0, "other"));
        RandomAccess.Write(empty, content, 0);
        return true;
    }

    public override void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        Interlocked.Add(ref writtenBytes, bytes.Length);
        base.Write(handle, bytes, offset, path);
    }
}
