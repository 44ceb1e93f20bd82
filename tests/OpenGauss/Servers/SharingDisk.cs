using Cairn.TestKit;

namespace Cairn.OpenGauss.Servers;

/// <summary>A disk of its own whose file system lets files share blocks (XFS in a file), gone with the test.</summary>
public sealed class SharingDisk : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cairn-og-disk-").FullName;

    private string Image => System.IO.Path.Combine(directory, "image");

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Combine(directory, "disk");

    /// <summary>Bytes that are in use.</summary>
    public long UsedBytes
    {
        get
        {
            var drive = new DriveInfo(Path);
            return drive.TotalSize - drive.TotalFreeSpace;
        }
    }

    /// <summary>Makes and mounts it.</summary>
    public static async Task<SharingDisk> MakeAsync(long bytes)
    {
        var disk = new SharingDisk();
        Directory.CreateDirectory(disk.Path);
        await using (var image = File.Create(disk.Image))
        {
            image.SetLength(bytes);
        }

        await Tool.RunPlainAsync("/usr/sbin/mkfs.xfs", "-q", "-m", "reflink=1", disk.Image);
        await Tool.RunPlainAsync("/bin/mount", "-o", "loop", disk.Image, disk.Path);
        File.SetUnixFileMode(disk.directory, (UnixFileMode)0b111_101_101);
        return disk;
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever was killed a moment ago may still hold a file.
        await Eventually.HoldsAsync(
            "the disk is unmounted",
            async _ =>
            {
                try
                {
                    await Tool.RunPlainAsync("/bin/umount", Path);
                    return null;
                }
                catch (InvalidOperationException busy)
                {
                    return busy.Message;
                }
            },
            TimeSpan.FromSeconds(30),
            CancellationToken.None);
        Directory.Delete(directory, recursive: true);
    }
}
