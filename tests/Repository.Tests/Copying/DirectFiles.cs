using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository.Tests.Copying;

/// <summary>Counts what goes around the page cache, or is a file system that takes none of it though it said that it would.</summary>
internal sealed class DirectFiles(bool areRefused) : ForwardingFiles
{
    private int direct;
    private int usual;

    /// <summary>Writes around the page cache that were asked for.</summary>
    public int Direct => direct;

    /// <summary>Writes through the page cache.</summary>
    public int Usual => usual;

    public override void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        if (!IsDirect(handle))
        {
            Interlocked.Increment(ref usual);
        }
        else
        {
            Interlocked.Increment(ref direct);
            Assert.Equal((0, 0), (offset % UnixFile.DirectAlignment, bytes.Length % UnixFile.DirectAlignment));
            if (areRefused)
            {
                throw new RepositoryIoException(path, "write", "invalid argument");
            }
        }

        base.Write(handle, bytes, offset, path);
    }

    // "flags:" and an octal number.
    private static bool IsDirect(SafeFileHandle handle)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{handle.Number()}")).First(l => l.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(line.Split('\t')[1], 8) & Libc.Direct) != 0;
    }
}
