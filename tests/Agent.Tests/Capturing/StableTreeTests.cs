using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Agent.Tests.Engines.OpenGemini;
using Cairn.Shared.Errors;
using Cairn.TestKit.Trees;

namespace Cairn.Agent.Tests.Capturing;

public sealed class StableTreeTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public StableTreeTests()
    {
        Directory.CreateDirectory(Live);
        Directory.CreateDirectory(Capture.Path);
    }

    private string Live => scratch.At("live");

    private CapturedDirectory Capture => new(scratch.At("capture"));

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task A_tree_at_rest_needs_two_passes()
    {
        scratch.Write("live/a/1.part", "one");
        scratch.Write("live/a/note", "two");
        Directory.CreateDirectory(Live + "/empty");

        var result = await TakeAsync(new Rules());

        Assert.Equal((2, 6L, 2), (result.Files, result.Bytes, result.Passes));
        Assert.Empty(TreeImage.Of(Live).DifferencesTo(TreeImage.Of(Capture.Path)));
        Assert.Equal(LiveFile.Inode(Live + "/a/1.part"), LiveFile.Inode(Capture.At("a/1.part")));
        Assert.NotEqual(LiveFile.Inode(Live + "/a/note"), LiveFile.Inode(Capture.At("a/note")));
        Assert.Equal(Directory.GetLastWriteTimeUtc(Live + "/empty"), Directory.GetLastWriteTimeUtc(Capture.At("empty")));
    }

    [Fact]
    public async Task An_empty_tree_is_stable_at_once()
    {
        Assert.Equal(1, (await TakeAsync(new Rules())).Passes);
    }

    [Fact]
    public async Task A_compaction_in_between_leaves_the_new_part_and_not_the_old_ones()
    {
        scratch.Write("live/1.part", "old");
        scratch.Write("live/2.part", "old");
        var compacted = false;
        var rules = new Rules
        {
            OnSeen = item =>
            {
                if (item.Path == "2.part" && !compacted)
                {
                    compacted = true;
                    scratch.Write("live/0.part", "new");
                    File.Delete(Live + "/1.part");
                    File.Delete(Live + "/2.part");
                }
            },
        };

        var result = await TakeAsync(rules);

        Assert.Equal(["0.part"], TreeImage.Of(Capture.Path).Entries.Keys);
        Assert.Equal(1, result.Files);
    }

    [Fact]
    public async Task A_name_that_gets_other_content_is_taken_again()
    {
        scratch.Write("live/1.part", "old");
        var replaced = false;
        var rules = new Rules
        {
            BeforePass = pass =>
            {
                if (pass == 2 && !replaced)
                {
                    replaced = true;
                    File.Move(scratch.Write("new", "other"), Live + "/1.part", overwrite: true);
                }
            },
        };

        await TakeAsync(rules);

        Assert.Equal("other", File.ReadAllText(Capture.At("1.part")));
    }

    [Fact]
    public async Task A_directory_that_vanishes_goes_from_the_capture_too()
    {
        scratch.Write("live/gone/x/1.part", "old");
        scratch.Write("live/stays/1.part", "old");
        var rules = new Rules
        {
            BeforePass = pass =>
            {
                if (pass == 2)
                {
                    Directory.Delete(Live + "/gone", recursive: true);
                }
            },
        };

        await TakeAsync(rules);

        Assert.Equal(["stays", "stays/1.part"], TreeImage.Of(Capture.Path).Entries.Keys);
    }

    [Fact]
    public async Task A_file_written_in_place_is_copied_again_until_it_rests()
    {
        scratch.Write("live/note", "1");
        var rules = new Rules
        {
            BeforePass = pass =>
            {
                if (pass is 2 or 3)
                {
                    scratch.Write("live/note", new string('1', pass));
                }
            },
        };

        var result = await TakeAsync(rules);

        Assert.Equal("111", File.ReadAllText(Capture.At("note")));
        Assert.True(result.Passes >= 4);
    }

    [Fact]
    public async Task Twenty_restless_passes_are_enough()
    {
        scratch.Write("live/note", "1");
        var rules = new Rules { BeforePass = pass => scratch.Write("live/note", new string('1', pass)) };

        var refused = await Assert.ThrowsAsync<CairnException>(() => TakeAsync(rules, new ImmediateTime()));

        Assert.Equal(ErrorCode.CaptureUnstable, refused.Code);
        Assert.Contains("within 20 passes", refused.Message, StringComparison.Ordinal);
        Assert.Equal(20, rules.Passes);
    }

    [Fact]
    public async Task Unrest_is_waited_for_unless_everything_is_stopped()
    {
        scratch.Write("live/unrest", "1");

        var refused = await Assert.ThrowsAsync<CairnException>(() => TakeAsync(new Rules(), new ImmediateTime()));
        var still = await TakeAsync(new Rules(), still: true);

        Assert.Contains("'unrest' stands for a change under way", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, still.Files);
    }

    [Fact]
    public async Task A_mount_below_the_root_cannot_be_linked_and_is_named()
    {
        // /dev/shm is another file system than the scratch directory; a link into it shows what a mount would.
        Assert.NotEqual(NativeFiles.Require("/dev/shm").Identity.Device, NativeFiles.Require(scratch.Path).Identity.Device);
        var elsewhere = Directory.CreateDirectory("/dev/shm/cairn-engine-" + Guid.NewGuid().ToString("N"));
        try
        {
            scratch.Write("live/1.part", "x");
            var refused = await Assert.ThrowsAsync<CairnException>(() => new StableTree(new Rules(), TimeProvider.System)
                .TakeAsync(Live, new CapturedDirectory(elsewhere.FullName), (_, _) => { }, still: false, CancellationToken.None));

            Assert.Equal(ErrorCode.LinkImpossible, refused.Code);
            Assert.Contains("1.part", refused.Subject, StringComparison.Ordinal);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    private Task<StableResult> TakeAsync(Rules rules, TimeProvider? time = null, bool still = false) =>
        new StableTree(rules, time ?? TimeProvider.System).TakeAsync(
            Live, Capture, (_, _) => rules.EndPass(), still, CancellationToken.None);

    private sealed class Rules : ITreeRules
    {
        private readonly HashSet<string> seenInPass = [];

        public Action<TreeItem> OnSeen { get; init; } = _ => { };

        public Action<int> BeforePass { get; init; } = _ => { };

        public int Passes { get; private set; }

        public Take Rule(TreeItem item)
        {
            if (seenInPass.Add(item.Path))
            {
                OnSeen(item);
            }

            return item.Name.EndsWith(".part", StringComparison.Ordinal) ? Take.Link : Take.Copy;
        }

        public bool IsUnrest(TreeItem item) => item.Name == "unrest";

        public void EndPass()
        {
            Passes++;
            seenInPass.Clear();
            BeforePass(Passes + 1);
        }
    }

    // A clock on which every wait is over at once.
    private sealed class ImmediateTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }
}
