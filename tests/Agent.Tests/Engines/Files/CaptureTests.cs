using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.Files;

public sealed class CaptureTests
{
    [Fact]
    public async Task Immutable_files_are_linked_and_the_others_copied()
    {
        using var node = new FilesNode("immutable: ['data/**/*.sst']\nmutable: ['**/hot.sst']");
        var sst = node.Directory.Write("data/a/1.sst", "fixed");
        var hot = node.Directory.Write("data/a/hot.sst", "rewritten in place");
        node.Directory.Write("wal/0.log", "log");

        var taken = await node.CaptureAsync();

        Assert.Equal(["data/a/1.sst (immutable)", "data/a/hot.sst", "wal/0.log"], await node.FilesAsync());
        Assert.Equal(NativeFiles.Look(sst).Identity, NativeFiles.Look(node.Directory.At("capture/data/a/1.sst")).Identity);
        Assert.NotEqual(NativeFiles.Look(hot).Identity, NativeFiles.Look(node.Directory.At("capture/data/a/hot.sst")).Identity);
        Assert.Equal(3, taken.Files);
    }

    [Fact]
    public async Task Patterns_say_what_is_taken_and_directories_are_always()
    {
        using var node = new FilesNode("include: ['**/*.sst', 'wal/**']\nexclude: ['data/tmp', 'wal/*.old', '**/db.sock']");
        node.Directory.Write("data/a/1.sst", "1");
        node.Directory.Write("data/a/notes.txt", "not included");
        node.Directory.Write("data/tmp/2.sst", "below an excluded directory");
        node.Directory.Write("wal/0.log", "log");
        node.Directory.Write("wal/0.old", "excluded");
        Directory.CreateDirectory(node.Directory.At("data", "empty"));
        File.CreateSymbolicLink(node.Directory.At("wal", "db.sock"), "/nowhere");

        await node.CaptureAsync();

        Assert.Equal(
            ["data", "data/a", "data/a/1.sst", "data/empty", "wal", "wal/0.log"],
            (await node.EntriesAsync()).Select(entry => entry.Path));
    }

    [Fact]
    public async Task A_link_that_is_not_excluded_is_refused_before_anything_is_taken()
    {
        using var node = new FilesNode();
        File.CreateSymbolicLink(node.Directory.At("data", "current"), "/elsewhere");

        var checks = await node.Instance.PrecheckBackupAsync(new BackupPrecheck(), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync());

        var check = Assert.Single(checks, check => !check.Passed);
        Assert.Equal("PATH_UNUSABLE", check.Error.Code);
        Assert.Contains("data/current' is a symbolic link", check.Finding);
        Assert.Contains("exclude it", check.Error.WayOut);
        Assert.Equal(ErrorCode.PathUnusable, refused.Code);
    }

    [Fact]
    public async Task Files_that_go_on_changing_end_the_backup()
    {
        using var node = new FilesNode();
        using var growing = new GrowingFile(node.Directory.At("wal", "0.log"));

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync());

        Assert.Equal(ErrorCode.CaptureUnstable, refused.Code);
    }

    [Fact]
    public async Task Files_that_go_on_changing_are_taken_with_a_caveat_where_that_is_accepted()
    {
        using var node = new FilesNode("changing: accept");
        node.Directory.Write("data/still", "still");
        using var growing = new GrowingFile(node.Directory.At("wal", "0.log"));

        var taken = await node.CaptureAsync();

        Assert.Equal(["no-capture-command", "files-changed"], taken.Caveats.Select(caveat => caveat.Name));
        // The file, or only its root when the change fell between two rounds.
        Assert.Matches(@"0\.log|wal'", taken.Caveats[1].Text);
        Assert.Equal(["data/still", "wal/0.log"], await node.FilesAsync());
    }

    [Fact]
    public async Task What_vanishes_before_the_last_file_is_taken_is_not_in_the_capture()
    {
        // The command before the capture ends at once; what it leaves behind removes a file while the step takes its first ones.
        using var node = new FilesNode("immutable: ['data/*']");
        for (var i = 0; i < 2000; i++)
        {
            node.Directory.Write($"data/{i:0000}", "x");
        }

        var removal = Task.Run(() =>
        {
            var captured = node.Directory.At("capture/data/0000");
            Assert.True(SpinWait.SpinUntil(() => File.Exists(captured), TimeSpan.FromSeconds(30)));
            File.Delete(node.Directory.At("data", "0000"));
        });
        await node.CaptureAsync();
        await removal;

        // Whether the removal came in time or after the step: the capture is the tree of one instant.
        var files = await node.FilesAsync();
        Assert.True(files.Count is 1999 or 2000, $"{files.Count} files");
        Assert.Equal(files.Count == 2000, File.Exists(node.Directory.At("capture/data/0000")));
        Assert.True(File.Exists(node.Directory.At("capture/data/1999")));
    }

    [Theory]
    [InlineData("", false, "as a power cut would have left them", "no-capture-command")]
    [InlineData("before-capture: [/bin/true]", false, "between the before- and the after-capture commands", "")]
    [InlineData("before-capture: [/bin/false]", true, "the files of the stopped database", "")]
    public async Task The_point_says_what_its_files_are(string options, bool cold, string sentence, string caveat)
    {
        using var node = new FilesNode(options);
        node.Directory.Write("data/1", "1");

        var taken = await node.CaptureAsync(cold);
        var verdict = new Agent.Engines.Files.FilesEngine(new Agent.Engines.EngineLimits(), TimeProvider.System)
            .CheckCut([new Agent.Engines.CutEvidence("n", "db", "files", taken.Evidence), new Agent.Engines.CutEvidence("n", "db", "after-capture", default)]);

        Assert.True(verdict.Consistent);
        Assert.Contains(sentence, verdict.Consistency);
        Assert.Equal(caveat, string.Join(',', taken.Caveats.Select(found => found.Name)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"cold":true,"commands":false,"more":1}""")]
    [InlineData("not json")]
    public void Evidence_of_somebody_else_is_refused(string evidence)
    {
        var engine = new Agent.Engines.Files.FilesEngine(new Agent.Engines.EngineLimits(), TimeProvider.System);

        var refused = Assert.Throws<CairnException>(() => engine.CheckCut(
            [new Agent.Engines.CutEvidence("n", "db", "files", System.Text.Encoding.UTF8.GetBytes(evidence))]));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
    }

    /// <summary>A file that something appends to until the test has ended.</summary>
    private sealed class GrowingFile : IDisposable
    {
        private readonly CancellationTokenSource ended = new();
        private readonly Thread writer;

        public GrowingFile(string path)
        {
            using var first = new FileStream(path, FileMode.Create);
            writer = new Thread(() =>
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                while (!ended.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(1)))
                {
                    file.WriteByte(1);
                }
            });
            writer.Start();
        }

        public void Dispose()
        {
            ended.Cancel();
            writer.Join();
            ended.Dispose();
        }
    }
}
