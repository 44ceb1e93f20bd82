using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Agent.Tests.Engines.OpenGemini;

namespace Cairn.Agent.Tests.Capturing;

public sealed class CapturingTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task A_copy_keeps_content_mode_and_time_to_the_nanosecond_and_holes()
    {
        var source = scratch.At("source");
        using (var file = File.Create(source))
        {
            file.Write("begin"u8);
            file.Position = (3 << 20) + 17;
            file.Write("end"u8);
        }

        NativeFiles.ChangeMode(source, 0x1A0);
        NativeFiles.SetModeAndTime(source, NativeFiles.Require(source) with { ModifiedNs = 1_700_000_000_123_456_789 });

        var copied = await FileCopy.CopyAsync(source, scratch.At("copy"), untilEnd: true, 64 << 20, CancellationToken.None);

        Assert.Equal(new FileInfo(source).Length, copied);
        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(scratch.At("copy")));
        Assert.Equal(NativeFiles.Require(source).Attributes, NativeFiles.Require(scratch.At("copy")).Attributes);
        Assert.True(LiveFile.AllocatedBytes(scratch.At("copy")) <= 64 << 10);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_no_copy_and_no_error()
    {
        Assert.Null(await FileCopy.CopyAsync(scratch.At("none"), scratch.At("copy"), untilEnd: true, 1, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_beyond_the_bound_and_a_symbolic_link_are_refused()
    {
        File.CreateSymbolicLink(scratch.At("link"), scratch.Write("file", "four"));

        await Assert.ThrowsAsync<IOException>(() => FileCopy.CopyAsync(scratch.At("file"), scratch.At("copy"), untilEnd: true, 3, CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => FileCopy.CopyAsync(scratch.At("link"), scratch.At("copy"), untilEnd: true, 9, CancellationToken.None));
    }

    [Fact]
    public void A_walk_gives_directories_before_their_content_in_ordinal_order()
    {
        scratch.Write("t/b/2", "");
        scratch.Write("t/b/10", "");
        scratch.Write("t/B", "");
        scratch.Write("t/b.x", "");

        Assert.Equal(["B", "b", "b/10", "b/2", "b.x"], TreeWalk.Below(scratch.At("t")).Select(i => i.Path));
    }

    [Fact]
    public async Task Names_of_any_bytes_are_listed_captured_offered_and_removed()
    {
        Directory.CreateDirectory(scratch.At("t"));
        Directory.CreateDirectory(scratch.At("c"));
        Run($"mkdir {scratch.At("t")}/$'d\\xfe' && touch {scratch.At("t")}/$'d\\xfe'/$'\\xff'");
        string[] expected = ["d\uDCFE", "d\uDCFE/\uDCFF"];
        var capture = new CapturedDirectory(scratch.At("c"));

        capture.EnsureDirectory(expected[0]);
        await FileCopy.CopyAsync(
            scratch.At("t/" + expected[1]), capture.At(expected[1]), untilEnd: false, maxBytes: 10, CancellationToken.None);

        Assert.Equal(expected, TreeWalk.Below(scratch.At("t")).Select(item => item.Path));
        var offered = new List<string>();
        await foreach (var entry in capture.EntriesAsync("data", _ => false, CancellationToken.None))
        {
            offered.Add(entry.Path);
        }

        Assert.Equal(["data", "data/d\uDCFE", "data/d\uDCFE/\uDCFF"], offered);
        capture.Clear();
        Tree.Remove(scratch.At("t"), CancellationToken.None);
        Assert.False(Directory.Exists(scratch.At("t")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.At("c")));
    }

    [Fact]
    public void Links_can_be_probed_and_the_probe_leaves_nothing()
    {
        scratch.Write("store/data/x", "");

        var found = LinkProbe.Try(scratch.At("store/data"));

        Assert.True(found.Possible, found.Finding);
        Assert.Equal(["data"], Directory.EnumerateFileSystemEntries(scratch.At("store")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_root_that_is_a_mount_cannot_be_linked_beside_itself()
    {
        var found = LinkProbe.Try("/dev/shm");

        Assert.False(found.Possible);
        Assert.Contains("mount", found.Finding, StringComparison.Ordinal);
        Assert.NotEmpty(found.WayOut);
    }

    [Fact]
    public void Notes_are_read_back_and_damaged_ones_are_refused()
    {
        NotesFile.Write(scratch.Path, "notes.json", new Note("kept"));

        Assert.Equal(new Note("kept"), NotesFile.Read<Note>(scratch.Path, "notes.json"));
        Assert.Null(NotesFile.Read<Note>(scratch.Path, "other.json"));
        scratch.Write("notes.json", "{");
        Assert.Throws<InvalidDataException>(() => NotesFile.Read<Note>(scratch.Path, "notes.json"));
        NotesFile.Remove(scratch.Path, "notes.json");
        Assert.Null(NotesFile.Read<Note>(scratch.Path, "notes.json"));
    }

    private static void Run(string command)
    {
        using var shell = System.Diagnostics.Process.Start("bash", ["-c", command]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    internal sealed record Note(string Text);
}
