using System.Diagnostics;
using System.Globalization;
using Cairn.Agent.Native;

namespace Cairn.Agent.Tests.Capturing;

/// <summary>What the file system says of a file; the inode from the code under test, the blocks from coreutils.</summary>
internal static class LiveFile
{
    public static ulong Inode(string path) => NativeFiles.Require(path).Identity.Inode;

    public static long AllocatedBytes(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true })!;
        var blocks = long.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        stat.WaitForExit();
        return blocks * 512;
    }
}
