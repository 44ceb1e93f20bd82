using Cairn.TestKit.Trees;

namespace Cairn.Integration.Sites;

/// <summary>What a node's three directories held at one time.</summary>
public sealed record NodeImage(TreeImage Data, TreeImage Wal, TreeImage Meta)
{
    /// <summary>The differences on all nodes, a line each.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyList<NodeImage> expected, IReadOnlyList<NodeImage> actual) =>
    [
        .. expected.Zip(actual).Index().SelectMany(node => node.Item.First.Data.DifferencesTo(node.Item.Second.Data)
            .Concat(node.Item.First.Wal.DifferencesTo(node.Item.Second.Wal))
            .Concat(node.Item.First.Meta.DifferencesTo(node.Item.Second.Meta))
            .Select(difference => $"node {node.Index + 1}: {difference}")),
    ];

    /// <summary>Byte for byte, on all nodes.</summary>
    public static void AssertSame(IReadOnlyList<NodeImage> expected, IReadOnlyList<NodeImage> actual) =>
        Assert.Empty(Differences(expected, actual));
}
