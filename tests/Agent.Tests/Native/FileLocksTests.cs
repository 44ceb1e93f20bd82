using System.Globalization;
using System.Runtime.InteropServices;
using Cairn.Agent.Native;
using Cairn.Agent.Tests.Plain;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Tests.Native;

public sealed class FileLocksTests
{
    [Fact]
    public void A_lock_has_one_holder()
    {
        using var files = new TestDirectory();
        var path = files.At("lock");

        using var held = FileLocks.TryExclusive(path);

        Assert.NotNull(held);
        Assert.Null(FileLocks.TryExclusive(path));
    }

    [Fact]
    public void A_lock_that_was_given_back_can_be_taken_although_a_child_being_started_still_has_the_file_open()
    {
        using var files = new TestDirectory();
        var path = files.At("lock");
        var held = FileLocks.TryExclusive(path)!;
        using var inherited = DuplicateOf(path);

        held.Dispose();
        using var next = FileLocks.TryExclusive(path);

        Assert.False(inherited.IsInvalid);
        Assert.NotNull(next);
    }

    // What fork gives a child: another descriptor of the same open file, which shares its lock.
    private static SafeFileHandle DuplicateOf(string path)
    {
        var descriptor = Directory.GetFiles("/proc/self/fd").Single(link => TargetOf(link) == path);
        return new SafeFileHandle(Dup(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture)), ownsHandle: true);
    }

    // Other tests of this process close theirs at any moment.
    private static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static extern int Dup(int descriptor);
}
