using System.Diagnostics;
using System.Globalization;
using Cairn.TestKit;
using Cairn.TestKit.Processes;
using Cairn.TestKit.Trees;

namespace Cairn.Integration;

/// <summary>Real database files of a fixture, unpacked into a directory of the test's own, with configurations that name it.</summary>
public sealed class DatabaseFiles
{
    private const string OldRoot = "/srv/og";
    private readonly string kind;

    private DatabaseFiles(string kind, string root)
    {
        this.kind = kind;
        Root = root;
    }

    /// <summary>The directory that everything lies in.</summary>
    public string Root { get; }

    /// <summary>How many nodes the fixture has.</summary>
    public int Nodes => kind == "single" ? 1 : 3;

    /// <summary>The configuration files, one per node.</summary>
    public IReadOnlyList<string> Configs => [.. Enumerable.Range(1, Nodes).Select(ConfigOf)];

    /// <summary>Unpacks <c>single</c>, <c>cluster</c> or <c>replica</c>.</summary>
    public static async Task<DatabaseFiles> UnpackAsync(string kind, string root)
    {
        var files = new DatabaseFiles(kind, root);
        Directory.CreateDirectory(root);
        var fixtures = Checkout.PathOf("tests/Fixtures/opengemini");
        using var tar = Process.Start(
            "tar", ["--zstd", "--no-same-owner", "-xpf", Path.Combine(fixtures, $"{kind}-golden.tar.zst"), "-C", root]);
        await tar.WaitForExitAsync();
        Assert.Equal(0, tar.ExitCode);
        foreach (var node in Enumerable.Range(1, files.Nodes))
        {
            var name = kind == "single" ? "single.conf" : string.Create(CultureInfo.InvariantCulture, $"{kind}-{node}.conf");
            var text = await File.ReadAllTextAsync(Path.Combine(fixtures, "configs", name));
            await File.WriteAllLinesAsync(files.ConfigOf(node), [text.Replace(OldRoot, root, StringComparison.Ordinal)]);
        }

        return files;
    }

    /// <summary>The processes of this database, played by the double.</summary>
    public OpenGeminiCluster Processes() => new(
        OpenGeminiDouble.InstallInto(Path.Combine(Root, "bin")),
        Configs,
        Path.Combine(Root, "run"),
        kind == "single" ? OpenGeminiCluster.SingleRoles : OpenGeminiCluster.ClusterRoles);

    /// <summary>The address of a node.</summary>
    public string Host(int node) =>
        kind == "single" ? "127.0.0.11" : string.Create(CultureInfo.InvariantCulture, $"127.0.0.{node}");

    /// <summary>The directory of a node, above its data, wal and meta.</summary>
    public string NodeDirectory(int node) =>
        kind == "single" ? Path.Combine(Root, "single") : Path.Combine(Root, kind, string.Create(CultureInfo.InvariantCulture, $"node{node}"));

    /// <summary>The data directory that the server lists: what a backup calls <c>data</c>.</summary>
    public string Data(int node) => Path.Combine(NodeDirectory(node), "data", "data");

    /// <summary>What a backup calls <c>wal</c>.</summary>
    public string Wal(int node) => Path.Combine(NodeDirectory(node), "wal", "wal");

    /// <summary>What a backup calls <c>meta</c>.</summary>
    public string Meta(int node) => Path.Combine(NodeDirectory(node), "meta");

    /// <summary>A node's three directories as they are now.</summary>
    public NodeImage Image(int node) => new(TreeImage.Of(Data(node)), TreeImage.Of(Wal(node)), TreeImage.Of(Meta(node)));

    /// <summary>All nodes' directories as they are now.</summary>
    public IReadOnlyList<NodeImage> Images() => [.. Enumerable.Range(1, Nodes).Select(Image)];

    /// <summary>Loses everything: data, WAL and META of every node, the directories themselves included.</summary>
    public void Wipe()
    {
        foreach (var node in Enumerable.Range(1, Nodes))
        {
            foreach (var path in (string[])[Data(node), Wal(node), Meta(node)])
            {
                if (Directory.Exists(path))
                {
                    Directory.Delete(path, recursive: true);
                }
            }
        }
    }

    private string ConfigOf(int node) => Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"node-{node}.conf"));
}
