using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Lists directories with names that are any bytes, which .NET's own listing replaces by names that nothing has. Never goes through a
/// symbolic link at the last component.
/// </summary>
public static class UnixDirectory
{
    // What getdents64 writes: inode (8), offset (8), length of the record (2), type (1), and the name with a NUL.
    private const int LengthAt = 16;
    private const int NameAt = 19;
    private const int BufferBytes = 64 * 1024;

    /// <summary>
    /// The names in a directory, in ordinal order, without "." and "..", each as <see cref="UnixPath"/> writes it. Null when it cannot be listed; then
    /// <paramref name="error"/> is the system's number: 2 not there, 13 not allowed, 20 no directory.
    /// </summary>
    public static List<string>? TryListNames(string path, out int error)
    {
        var file = Libc.Open(path, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, mode: 0);
        error = file < 0 ? LastError.Number : 0;
        if (file < 0)
        {
            return null;
        }

        using var handle = new SafeFileHandle(file, ownsHandle: true);
        return TryListNames(file, out error);
    }

    /// <summary>As <see cref="TryListNames(string, out int)"/>; null when the directory is not there. Throws for all else.</summary>
    internal static List<string>? ListNames(string path) =>
        TryListNames(path, out var error) ?? (error is Libc.NoEntry ? null : throw LastError.Exception(path, "list", error));

    private static unsafe List<string>? TryListNames(int directory, out int error)
    {
        var names = new List<string>();
        Span<byte> buffer = new byte[BufferBytes];
        while (true)
        {
            nint read;
            fixed (byte* start = buffer)
            {
                read = Libc.ReadDirectory(directory, start, BufferBytes);
            }

            error = read < 0 ? LastError.Number : 0;
            if (read <= 0)
            {
                names.Sort(StringComparer.Ordinal);
                return read == 0 ? names : null;
            }

            AddNames(buffer[..(int)read], names);
        }
    }

    private static void AddNames(ReadOnlySpan<byte> records, List<string> names)
    {
        while (!records.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[LengthAt..]);
            var name = records[NameAt..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(UnixPath.FromBytes(name));
            }

            records = records[length..];
        }
    }
}
