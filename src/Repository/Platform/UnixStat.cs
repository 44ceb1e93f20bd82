namespace Cairn.Repository;

/// <summary>What the file system says about a path, with nanoseconds and without following a link.</summary>
internal readonly record struct UnixStat(
    uint FileType, UnixAttributes Attributes, FileIdentity Identity, long CtimeNs, long AllocatedBytes, uint Names)
{
    private const uint TypeMask = 0xF000;

    public bool IsRegular => FileType == 0x8000;

    public bool IsDirectory => FileType == 0x4000;

    public bool IsSymlink => FileType == 0xA000;

    /// <summary>Null when there is nothing at the path.</summary>
    public static UnixStat? TryRead(string path) => TryReadAt(Libc.CurrentDirectory, path, path);

    /// <summary>As <see cref="TryRead"/>, for a name in an open directory; <paramref name="path"/> is for errors.</summary>
    public static UnixStat? TryReadAt(int directory, string name, string path)
    {
        if (Libc.Statx(directory, name, Libc.SymlinkNoFollow, Libc.BasicStats, out var buffer) == 0)
        {
            return From(buffer);
        }

        var error = LastError.Number;
        return error is Libc.NoEntry or Libc.NotDirectory ? null : throw LastError.Exception(path, "statx", error);
    }

    public static UnixStat Read(int file, string path) =>
        Libc.Statx(file, string.Empty, Libc.EmptyPath, Libc.BasicStats, out var buffer) == 0
            ? From(buffer)
            : throw LastError.Exception(path, "statx", LastError.Number);

    private static UnixStat From(in Libc.StatxBuffer b) => new(
        b.Mode & TypeMask,
        new UnixAttributes(b.Mode & 0xFFFu, b.Uid, b.Gid, Nanoseconds(b.MtimeSeconds, b.MtimeNanoseconds), (long)b.Size),
        new FileIdentity(Device(b.DeviceMajor, b.DeviceMinor), b.Inode),
        Nanoseconds(b.CtimeSeconds, b.CtimeNanoseconds),
        (long)b.Blocks * 512,
        b.Names);

    private static long Nanoseconds(long seconds, uint nanoseconds) => (seconds * 1_000_000_000) + nanoseconds;

    // As the C library's makedev puts it together, so that the number equals stat's st_dev.
    private static ulong Device(uint major, uint minor) =>
        ((major & 0xFFFFF000UL) << 32) | ((major & 0xFFFUL) << 8) | ((minor & 0xFFFFFF00UL) << 12) | (minor & 0xFFUL);
}
