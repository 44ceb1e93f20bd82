using Cairn.Agent.Native;
using Cairn.Simulation.Network;
using Cairn.Simulation.Schedules;
using Cairn.V1;

namespace Cairn.Simulation.Database;

/// <summary>
/// The database of a world. Every node holds a few files of one generation; what changes changes on all nodes at once, between the jobs, so that there is
/// one right content for every point.
/// </summary>
internal sealed class SimulatedDatabase
{
    private static readonly TimeSpan Quickest = TimeSpan.FromMilliseconds(5);

    private readonly TestDirectory files;
    private readonly SimulatedNetwork network;
    private readonly Dice dice;
    private readonly Dictionary<int, IReadOnlyDictionary<string, IReadOnlyList<string>>> dataOfGeneration = [];

    public SimulatedDatabase(TestDirectory files, IReadOnlyList<string> nodes, SimulatedNetwork network, Dice dice)
    {
        (this.files, Nodes, this.network, this.dice) = (files, nodes, network, dice);
        Leader = nodes[0];
        Slowest = dice.Between("database slowest", TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(8));
        foreach (var node in nodes)
        {
            files.Write(
                $"{node}/plain.conf",
                $"root data {DataOf(node)}\nroot meta {MetaOf(node)}\nmetadata meta\nruns-while {files.At(node, "running")}\n");
            Directory.CreateDirectory(files.At(node, "db", "data", "empty"));
        }
    }

    /// <summary>The nodes' names.</summary>
    public IReadOnlyList<string> Nodes { get; }

    /// <summary>The node that leads; it alone has the newest metadata.</summary>
    public string Leader { get; set; }

    /// <summary>What a step or a file takes at most.</summary>
    public TimeSpan Slowest { get; }

    /// <summary>The number of the newest content.</summary>
    public int Generation { get; private set; }

    /// <summary>A node's data.</summary>
    public string DataOf(string node) => files.At(node, "db", "data");

    /// <summary>A node's copy of the cluster's metadata.</summary>
    public string MetaOf(string node) => files.At(node, "db", "meta");

    /// <summary>The cluster as every instance sees it.</summary>
    public ClusterView View() => new()
    {
        DatabaseClusterId = "simulated",
        Members =
        {
            Nodes.Select(node => new ClusterMember
            {
                Role = "keeper", Address = $"{node}:1", Id = node, Alive = true, Leader = node == Leader, Source = "view",
            }),
        },
    };

    /// <summary>Everything is written anew on all nodes; returns the content's number.</summary>
    public int Change()
    {
        Generation++;
        foreach (var node in Nodes)
        {
            Replace($"{node}/db/data/a/one", $"{node} one {Generation}");
            Replace($"{node}/db/data/a/two", $"{node} two {Generation / 2}");
            Replace($"{node}/db/data/three", $"{node} three {Generation}");
            Replace($"{node}/db/meta/members", $"metadata {Generation}");
        }

        dataOfGeneration[Generation] = Nodes.ToDictionary(node => node, node => Snapshot.Of(DataOf(node)), StringComparer.Ordinal);
        return Generation;
    }

    /// <summary>Starts or stops all instances.</summary>
    public void Run(bool running)
    {
        foreach (var node in Nodes)
        {
            if (running)
            {
                files.Write($"{node}/running", "process");
            }
            else
            {
                File.Delete(files.At(node, "running"));
            }
        }
    }

    /// <summary>All that lies at the nodes' live paths now, node by node.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Look() => Nodes.ToDictionary(
        node => node,
        IReadOnlyList<string> (node) => [.. Snapshot.Of(DataOf(node)), "--", .. Snapshot.Of(MetaOf(node))],
        StringComparer.Ordinal);

    /// <summary>Why the live data of the nodes are not all of that content; null when they are.</summary>
    public string? DiffersFrom(int generation)
    {
        foreach (var node in Nodes)
        {
            var now = Snapshot.Of(DataOf(node));
            var then = dataOfGeneration[generation][node];
            if (!now.SequenceEqual(then))
            {
                return $"{node} holds\n    {string.Join("\n    ", now)}\n  instead of\n    {string.Join("\n    ", then)}";
            }

            if (Directory.Exists(MetaOf(node)) && Directory.EnumerateFiles(MetaOf(node)).ToList() is [var only]
                && File.ReadAllText(only) is var text && text != $"metadata {generation}")
            {
                return $"{node} holds '{text}' beside data of generation {generation}";
            }
        }

        return Nodes.Any(node => File.Exists(Path.Combine(MetaOf(node), "members")))
            ? null
            : "no node holds the cluster's metadata";
    }

    /// <summary>What a node's data were in a content.</summary>
    public IReadOnlyList<string> DataOf(string node, int generation) => dataOfGeneration[generation][node];

    /// <summary>How long a piece of work takes.</summary>
    public TimeSpan Effort(string what) => dice.Between(network.Count(what), Quickest, Slowest);

    private void Replace(string relative, string content)
    {
        var written = files.Write(relative + ".new", content);
        NativeFiles.Rename(written, files.At(relative.Split('/')));
    }
}
