using System.Security.Cryptography;

namespace Cairn.Repository.Tests;

/// <summary>Makes, describes and removes files with names of any bytes and with everything that a point keeps, which .NET's own calls cannot.</summary>
internal static class RawFiles
{
    public static void MakeDirectory(string path) => LastError.Check(Libc.MakeDirectory(path, 0x1C0), path, "mkdir");

    public static void MakeFile(string path, ReadOnlySpan<byte> content, long size)
    {
        using var handle = UnixFile.CreateNew(path, mode: 0x180);
        UnixFile.Write(handle, content, size - content.Length, path);
        UnixFile.SetLength(handle, size, path);
    }

    public static void MakeSymlink(string path, string target) => LastError.Check(Libc.MakeSymlink(target, path), path, "symlink");

    public static void MakeLink(string path, string existing) =>
        LastError.Check(Libc.MakeLinkAt(Libc.CurrentDirectory, existing, Libc.CurrentDirectory, path, flags: 0), path, "link");

    public static void SetMode(string path, uint mode)
    {
        using var handle = UnixFile.OpenForReading(path);
        LastError.Check(Libc.ChangeMode(handle.Number(), mode), path, "chmod");
    }

    public static void SetOwner(string path, uint uid, uint gid) => LastError.Check(Libc.ChangeLinkOwner(path, uid, gid), path, "chown");

    public static unsafe void SetTime(string path, long seconds, long nanoseconds)
    {
        Span<Libc.Timespec> times = [new() { Nanoseconds = Libc.Timespec.Omit }, new() { Seconds = seconds, Nanoseconds = nanoseconds }];
        fixed (Libc.Timespec* pair = times)
        {
            LastError.Check(Libc.SetTimesAt(Libc.CurrentDirectory, path, pair, Libc.SymlinkNoFollow), path, "set mtime");
        }
    }

    public static void SetAttribute(string path, string name, byte[] value) =>
        Assert.Equal(0, ExtendedAttributeCalls.TrySet(path, new ExtendedAttributeValue(name, value)));

    /// <summary>An access or default ACL as the kernel takes it: owner, one named user, group, mask, others.</summary>
    public static byte[] Acl(uint user, ushort permissions)
    {
        var acl = new MemoryStream();
        using var writer = new BinaryWriter(acl);
        writer.Write(2);
        foreach (var (tag, rights, id) in ((ushort, ushort, uint)[])[(1, 6, uint.MaxValue), (2, permissions, user), (4, 4, uint.MaxValue), (16, 6, uint.MaxValue), (32, 0, uint.MaxValue)])
        {
            writer.Write(tag);
            writer.Write(rights);
            writer.Write(id);
        }

        return acl.ToArray();
    }

    /// <summary>All that is there and is kept, one line each.</summary>
    public static async Task<IReadOnlyList<string>> DescribeAsync(string root)
    {
        var lines = new List<string>();
        await foreach (var entry in new TreeSource(namesElsewhere: 0).ReadAsync(root, "root", entry => entry, CancellationToken.None))
        {
            var a = entry.Attributes;
            var attributes = string.Join(",", entry.ExtendedAttributes.Select(x => $"{x.Name}={Convert.ToHexString(x.Value.Span)}"));
            var holes = entry is { Kind: EntryKind.File, Attributes.Size: > 1 << 20 } && UnixStat.TryRead(entry.PhysicalPath!)!.Value.AllocatedBytes < a.Size ? "sparse" : "";
            lines.Add(
                $"{UnixPath.Show(entry.Path)} {entry.Kind} {Convert.ToString(a.Mode, 8)} {a.Uid}:{a.Gid} {a.MtimeNs} {a.Size} {holes} -> {entry.LinkTarget} = {entry.LinkedTo} [{attributes}] {Hash(entry)}");
        }

        return lines;
    }

    public static void RemoveTree(string path)
    {
        foreach (var name in UnixDirectory.ListNames(path) ?? [])
        {
            var child = $"{path}/{name}";
            if (UnixStat.TryRead(child) is { IsDirectory: true })
            {
                RemoveTree(child);
            }
            else
            {
                LastError.Check(Libc.Unlink(child), child, "unlink");
            }
        }

        LastError.Check(Libc.RemoveDirectory(path), path, "rmdir");
    }

    private static string Hash(SourceEntry entry)
    {
        if (entry.Kind != EntryKind.File)
        {
            return "";
        }

        using var handle = UnixFile.OpenForReading(entry.PhysicalPath!);
        var content = new byte[entry.Attributes.Size];
        UnixFile.ReadFully(handle, content, offset: 0, entry.PhysicalPath!);
        return Convert.ToHexString(SHA256.HashData(content));
    }
}
