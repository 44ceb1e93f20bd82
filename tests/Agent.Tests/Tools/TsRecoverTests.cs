using Cairn.Agent.Tests.Engines.OpenGemini;
using Cairn.TestKit;
using Cairn.TestKit.Trees;

namespace Cairn.Agent.Tests.Tools;

/// <summary><c>cairn-agent ts-recover</c> as a process: the vendor's flags on the vendor's backups, against what the vendor's own tool restored.</summary>
public sealed class TsRecoverTests : IDisposable
{
    private readonly ScratchDirectory files = new();
    private readonly string agent;

    public TsRecoverTests()
    {
        Fixtures.Unpack("single-native-full", files.Path);
        Fixtures.Unpack("single-native-inc", files.Path);
        Fixtures.Unpack("single-golden", files.Path);
        Fixtures.Configuration("single", files.Path);
        agent = files.Write(
            "agent.yaml",
            $"node: n1\nstate: {files.At("state")}\nrepository: {files.At("repository")}\nroots: [{files.Path}]\n" +
            $"instances:\n  - name: og\n    engine: opengemini\n    config: {files.At("single.conf")}\n");
    }

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("2", "single-recovered-mode2")]
    [InlineData("1", "single-recovered-mode1-with-index")]
    public void A_backup_is_put_in_place_with_its_index_and_the_old_data_and_the_backup_stay(string mode, string recovered)
    {
        var (before, backup) = (TreeImage.Of(files.At("single/data/data")), TreeImage.Of(files.At("backup")));

        var said = Run(0, $"-recoverMode={mode}", "-fullBackupDataPath", files.At("backup/full"), "--incBackupDataPath=" + files.At("backup/inc"), "-force");

        Assert.EndsWith("recover success !\n", said, StringComparison.Ordinal);
        Fixtures.Unpack(recovered, files.At("theirs"));
        Assert.Equal(TreeImage.Of(files.At("theirs/single/data/data")).Contents, TreeImage.Of(files.At("single/data/data")).Contents);
        Assert.Equal(TreeImage.Of(files.At("theirs/single/meta")).Contents, TreeImage.Of(files.At("single/meta")).Contents);
        Assert.Empty(backup.DifferencesTo(TreeImage.Of(files.At("backup"))));
        AgentCommandLine.Run(0, "recover", "undo", "--config", agent, "--yes");
        Assert.Empty(before.DifferencesTo(TreeImage.Of(files.At("single/data/data"))));
    }

    [Fact]
    public void While_somebody_has_a_file_of_the_data_open_nothing_is_touched()
    {
        var before = TreeImage.Of(files.At("single"));
        var open = Directory.EnumerateFiles(files.At("single/data"), "*.tssp", SearchOption.AllDirectories).First();

        using (File.OpenRead(open))
        {
            var said = Run(1, "-recoverMode=2", "-fullBackupDataPath=" + files.At("backup/full"));

            Assert.Contains(" Error: ", said, StringComparison.Ordinal);
            Assert.Contains("code: INSTANCE_RUNNING", said, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(before.DifferencesTo(TreeImage.Of(files.At("single"))), line => !line.StartsWith(".cairn", StringComparison.Ordinal));
    }

    [Fact]
    public void What_would_restore_something_else_is_refused_before_anything_is_read()
    {
        Assert.Contains("missing required parameter: incBackupDataPath", Run(1, "-fullBackupDataPath=" + files.At("backup/full")), StringComparison.Ordinal);
        Assert.Contains("recoverMode 4 is not done", Run(1, "-recoverMode=4"), StringComparison.Ordinal);
        Assert.Contains("is not the configuration's", Run(1, "-recoverMode=2", "-fullBackupDataPath=" + files.At("backup/full"), "-dataDir=/srv/other"), StringComparison.Ordinal);
        Assert.Contains("no instance of this node's agent has the configuration", AgentCommandLine.Run(
            1, "ts-recover", "--agent-config", agent, "-config", files.At("other.conf"), "-recoverMode=2", "-fullBackupDataPath=" + files.At("backup/full")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(files.At("repository")));
    }

    private string Run(int exitCode, params string[] flags) =>
        AgentCommandLine.Run(exitCode, ["ts-recover", "--agent-config", agent, "-config", files.At("single.conf"), .. flags]);
}
