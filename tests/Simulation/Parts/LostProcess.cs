using System.Globalization;
using System.Runtime.InteropServices;

namespace Cairn.Simulation.Parts;

/// <summary>
/// What the kernel does for a process that died: its open files and their locks are gone. The numbers stay taken, by files that are nothing, so that what
/// is left of the process in memory cannot close or write another's.
/// </summary>
internal static partial class LostProcess
{
    private const int OpenReadWriteCloseOnExec = 0x80002;

    /// <summary>Takes all files below <paramref name="directory"/> away from this process.</summary>
    public static void CloseFilesBelow(string directory)
    {
        var below = directory + "/";
        foreach (var link in Directory.EnumerateFiles("/proc/self/fd").ToList())
        {
            if (TargetOf(link) is { } target && target.StartsWith(below, StringComparison.Ordinal))
            {
                Replace(int.Parse(Path.GetFileName(link.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture));
            }
        }
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return null;
        }
    }

    private static void Replace(int descriptor)
    {
        var nothing = Open("/dev/null", OpenReadWriteCloseOnExec);
        if (nothing < 0 || Duplicate(nothing, descriptor) < 0)
        {
            throw new IOException($"descriptor {descriptor} cannot be replaced: errno {Marshal.GetLastPInvokeError()}");
        }

        _ = Close(nothing);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
