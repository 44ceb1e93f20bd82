using System.Globalization;
using System.Runtime.InteropServices;
using Cairn.Agent.Locking;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Agent.Tests.Locking;

public sealed class NodeLockTests
{
    [Fact]
    public void Who_is_refused_the_lock_is_told_who_has_it_and_what_for()
    {
        using var files = new TestDirectory();
        using var held = NodeLock.Take("node1", files.At("state"), "cairn-agent recover");
        held.Tell("0190b2f4-0000-7000-8000-000000000001", epoch: 7);

        var refusal = Assert.Throws<CairnException>(() => NodeLock.Take("node1", files.At("state"), "cairn-agent"));

        Assert.Equal((ErrorCode.NodeLocked, "node1"), (refusal.Code, refusal.Node));
        Assert.Contains(
            $"owner cairn-agent recover, process {Environment.ProcessId}, job 0190b2f4-0000-7000-8000-000000000001, epoch 7",
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_was_given_back_can_be_taken_although_a_child_being_started_still_has_the_file_open()
    {
        using var files = new TestDirectory();
        var held = NodeLock.Take("node1", files.At("state"), "cairn-agent");
        using var inherited = DuplicateOf(files.At("state", "lock"));

        held.Dispose();
        using var next = NodeLock.Take("node1", files.At("state"), "cairn-agent");

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
