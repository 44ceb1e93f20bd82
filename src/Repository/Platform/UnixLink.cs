namespace Cairn.Repository;

/// <summary>Reads symbolic links whose targets are any bytes, in one call to the kernel.</summary>
public static class UnixLink
{
    /// <summary>
    /// Where a link leads, as <see cref="UnixPath"/> writes it; of a longer one the first <see cref="EntryRules.MaxLinkBytes"/> + 1 bytes. Null when it cannot
    /// be read; then <paramref name="error"/> is the system's number: 2 not there, 13 not allowed, 22 no link.
    /// </summary>
    public static unsafe string? TryRead(string path, out int error)
    {
        Span<byte> target = stackalloc byte[EntryRules.MaxLinkBytes + 1];
        fixed (byte* start = target)
        {
            var length = Libc.ReadLink(path, start, (nuint)target.Length);
            error = length < 0 ? LastError.Number : 0;
            return length < 0 ? null : UnixPath.FromBytes(target[..(int)length]);
        }
    }
}
