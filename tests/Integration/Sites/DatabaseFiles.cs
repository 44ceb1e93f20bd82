using System.Globalization;
using Cairn.TestKit;
using Cairn.TestKit.Processes;
using Cairn.TestKit.Trees;

namespace Cairn.Integration.Sites;

/// <summary>Real database files of a fixture, unpacked into a directory of the test's own, with configurations that name it.</summary>
public sealed class DatabaseFiles
{
    private readonly string kind;

    private DatabaseFiles(string kind, string root, IReadOnlyList<string> configs)
    {
        this.kind = kind;
        Root = root;
        Configs = configs;
    }

    /// <summary>The directory that everything lies in.</summary>
    public string Root { get; }

    /// <summary>How many nodes the fixture has.</summary>
    public int Nodes => Configs.Count;

    /// <summary>The configuration files, one per node.</summary>
    public IReadOnlyList<string> Configs { get; }

    /// <summary>Unpacks <c>single</c>, <c>cluster</c> or <c>replica</c>.</summary>
    public static DatabaseFiles Unpack(string kind, string root)
    {
        Fixtures.Unpack($"{kind}-golden", root);
        string[] names = kind == "single" ? ["single"] : [$"{kind}-1", $"{kind}-2", $"{kind}-3"];
        return new DatabaseFiles(kind, root, [.. names.Select(name => Fixtures.Configuration(name, root))]);
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

    /// <summary>All nodes' data and WAL; META is locked while a database runs, and its image is left empty.</summary>
    public IReadOnlyList<NodeImage> ImagesWhileRunning() =>
        [.. Enumerable.Range(1, Nodes).Select(node => new NodeImage(TreeImage.Of(Data(node)), TreeImage.Of(Wal(node)), TreeImage.Nothing))];

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

    /// <summary>What an accident does: files overwritten, added, gone, and a directory that was not there.</summary>
    public void Spoil()
    {
        var files = Directory.GetFiles(Data(1), "*.tssp", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        File.WriteAllLines(files[0], ["overwritten"]);
        File.Delete(files[1]);
        Directory.CreateDirectory(Path.Combine(Data(2), "stray", "empty"));
        File.WriteAllLines(Path.Combine(Wal(3), "stray.wal"), ["added"]);
        File.WriteAllLines(Path.Combine(Meta(1), "raft.db"), ["overwritten"]);
    }

    /// <summary>A data file of random bytes, so that copying and staging a node takes a while.</summary>
    public void AddBigFile(int node, long sizeBytes)
    {
        var measurement = Directory.GetDirectories(Data(node), "cpu_0000", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        using var file = new FileStream(Path.Combine(measurement, "000000ff-0000-00000000.tssp"), FileMode.CreateNew, FileAccess.Write);
        var random = new Random(node);
        var block = new byte[1 << 20];
        for (var written = 0L; written < sizeBytes; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block);
        }
    }
}
