namespace Cairn.Root.Tests.Sites;

/// <summary>Mounts of one test, gone with it.</summary>
internal sealed class Mounts : IDisposable
{
    private readonly Stack<string> points = new();

    /// <summary>An empty file system in memory.</summary>
    public void AddMemory(string point) => Add($"mount -t tmpfs -o size=512m cairn-test '{point}'", point);

    /// <summary>A directory a second time.</summary>
    public void AddBind(string directory, string point) => Add($"mount --bind '{directory}' '{point}'", point);

    /// <summary>What is mounted at the point cannot be written any more.</summary>
    public static void MakeReadOnly(string point) => Shell.Run($"mount -o remount,bind,ro '{point}'");

    /// <summary>Writable again.</summary>
    public static void MakeWritable(string point) => Shell.Run($"mount -o remount,bind,rw '{point}'");

    public void Dispose()
    {
        while (points.TryPop(out var point))
        {
            Shell.Run($"umount -l '{point}'");
        }
    }

    private void Add(string command, string point)
    {
        Directory.CreateDirectory(point);
        Shell.Run(command);
        points.Push(point);
    }
}
