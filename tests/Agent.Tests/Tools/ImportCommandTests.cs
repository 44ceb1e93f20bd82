using System.Text.RegularExpressions;
using Cairn.Agent.Tests.Engines.OpenGemini;
using Cairn.TestKit;
using Cairn.TestKit.Trees;

namespace Cairn.Agent.Tests.Tools;

/// <summary><c>cairn-agent import</c> as a process, on native backups that real servers made, against what their own tool restored from them.</summary>
public sealed partial class ImportCommandTests : IDisposable
{
    private readonly ScratchDirectory files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_full_backup_and_an_increment_become_two_points_that_equal_what_the_vendors_tool_restores()
    {
        Fixtures.Unpack("single-native-full", files.Path);
        Fixtures.Unpack("single-native-inc", files.Path);
        var before = TreeImage.Of(files.At("backup"));
        var config = WriteAgent("single", "node1");

        var said = AgentCommandLine.Run(
            0, "import", "opengemini", "--config", config, "--cluster", "prod", "--full", files.At("backup/full"), "--inc", files.At("backup/inc"));

        Assert.Contains("1 files of the full backup are deleted by the increment's logs", said, StringComparison.Ordinal);
        Assert.Contains("caveat native-increment-base", said, StringComparison.Ordinal);
        var points = Committed().Matches(said).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, points.Count);
        AssertEqualsRecovered(Export(config, points[0]), "single-recovered-mode2");
        AssertEqualsRecovered(Export(config, points[1]), "single-recovered-mode1-with-index");
        Assert.Contains("is sound", AgentCommandLine.Run(0, "repository", "verify", "--config", config, points[1], "--level", "restore"), StringComparison.Ordinal);
        Assert.Contains($"incremental on {points[0]}", AgentCommandLine.Run(0, "repository", "show", "--config", config, points[1]), StringComparison.Ordinal);
        Assert.Empty(before.DifferencesTo(TreeImage.Of(files.At("backup"))));
    }

    [Fact]
    public void The_nodes_of_a_cluster_are_imported_one_by_one_and_committed_as_one_point()
    {
        Fixtures.Unpack("cluster-native-full", files.Path);
        Fixtures.Unpack("cluster-native-inc", files.Path);
        Fixtures.Unpack("cluster-golden", files.At("golden"));
        string[] configs = [.. Enumerable.Range(1, 3).Select(node => WriteAgent($"cluster-{node}", $"node{node}"))];
        string[] parts = [.. Enumerable.Range(1, 3).Select(node => files.At($"{node}.part"))];

        foreach (var node in Enumerable.Range(1, 3))
        {
            // The store's line in the third full backup's result was lost: its meta part wrote at the same time.
            AgentCommandLine.Run(0, [
                "import", "opengemini", "--config", configs[node - 1], "--cluster", "prod", "--part", parts[node - 1], "--accept-unproved",
                "--full", files.At($"cbackup/full-{node}"), "--inc", files.At($"cbackup/inc-{node}"), .. node == 1 ? [] : (string[])["--with", parts[0]],
            ]);
        }

        Assert.Contains("of which there is no part", AgentCommandLine.Run(1, ["import", "commit", "--config", configs[0], .. parts[..2]]), StringComparison.Ordinal);
        Assert.DoesNotContain("incremental", AgentCommandLine.Run(0, "repository", "list", "--config", configs[0]), StringComparison.Ordinal);
        var said = configs.Select(config => AgentCommandLine.Run(0, ["import", "commit", "--config", config, .. parts])).ToList();

        Assert.Single(said.Distinct());
        Assert.Contains("3 node(s)", said[0], StringComparison.Ordinal);
        Assert.Contains("caveat native-result-unproved", said[0], StringComparison.Ordinal);
        var last = Committed().Matches(said[0])[^1].Groups[1].Value;
        foreach (var node in Enumerable.Range(1, 3))
        {
            var golden = TreeImage.Of(files.At($"golden/cluster/node{node}/data/data")).Contents;
            var imported = TreeImage.Of(Export(configs[node - 1], last) + "/data").Contents;
            Assert.Equal(golden.Where(IsCompared), imported.Where(IsCompared));
            Assert.Equal(node == 1, Directory.Exists(files.At($"out-node{node}-{last}/og/meta")));
        }
    }

    [Fact]
    public void What_was_prepared_and_not_committed_is_swept()
    {
        Fixtures.Unpack("single-native-full", files.Path);
        var config = WriteAgent("single", "node1");

        AgentCommandLine.Run(0, "import", "opengemini", "--config", config, "--cluster", "prod", "--full", files.At("backup/full"), "--part", files.At("1.part"));
        var prepared = AgentCommandLine.Run(0, "repository", "list", "--config", config);
        AgentCommandLine.Run(0, "import", "abort", "--config", config, files.At("1.part"));

        Assert.Contains("prepared, not committed", prepared, StringComparison.Ordinal);
        Assert.Empty(AgentCommandLine.Run(0, "repository", "list", "--config", config));
    }

    [Fact]
    public void A_damaged_backup_is_refused_with_its_file_and_leaves_no_point()
    {
        Fixtures.Unpack("single-native-full", files.Path);
        var config = WriteAgent("single", "node1");
        var lost = Directory.EnumerateFiles(files.At("backup/full"), "*.tssp", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        File.Delete(lost);

        var said = AgentCommandLine.Run(3, "import", "opengemini", "--config", config, "--cluster", "prod", "--full", files.At("backup/full"));

        Assert.Contains(lost, said, StringComparison.Ordinal);
        Assert.Contains("code: FOREIGN_BACKUP_UNUSABLE", said, StringComparison.Ordinal);
        Assert.Empty(AgentCommandLine.Run(0, "repository", "list", "--config", config));
    }

    private static bool IsCompared(KeyValuePair<string, string> file) => !file.Key.Contains("/backup_log/", StringComparison.Ordinal);

    private void AssertEqualsRecovered(string exported, string fixture)
    {
        Fixtures.Unpack(fixture, files.At(fixture));
        foreach (var (imported, recovered) in new[] { ("data", "data/data"), ("meta", "meta") })
        {
            var (ours, theirs) = (TreeImage.Of($"{exported}/{imported}"), TreeImage.Of(files.At($"{fixture}/single/{recovered}")));
            Assert.Equal(theirs.Contents, ours.Contents);
            Assert.Equal(theirs.Entries.Keys, ours.Entries.Keys);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(exported + "/wal"));
    }

    private string Export(string config, string point)
    {
        var target = files.At($"out-{Path.GetFileNameWithoutExtension(config)}-{point}");
        AgentCommandLine.Run(0, "repository", "export", "--config", config, point, target);
        return target + "/og";
    }

    private string WriteAgent(string configuration, string node)
    {
        var data = files.At(configuration.StartsWith("single", StringComparison.Ordinal) ? "single" : "cluster");
        Directory.CreateDirectory(data);
        Fixtures.Configuration(configuration, files.Path);
        return files.Write(
            $"{node}.yaml",
            $"node: {node}\nstate: {files.At(node + "-state")}\nrepository: {files.At(node + "-repository")}\nroots: [{data}]\n" +
            $"instances:\n  - name: og\n    engine: opengemini\n    config: {files.At(configuration + ".conf")}\n");
    }

    [GeneratedRegex("(?m)^(\\S+): committed, ")]
    private static partial Regex Committed();
}
