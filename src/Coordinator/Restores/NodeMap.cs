using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>Which node of a cluster gets the part of which node of a point, where that is not the one of the same name.</summary>
internal sealed class NodeMap
{
    private readonly IReadOnlyList<NodeMapping> mappings;
    private readonly Dictionary<string, string> byOld;

    private NodeMap(IReadOnlyList<NodeMapping> mappings)
    {
        this.mappings = mappings;
        byOld = mappings
            .DistinctBy(mapping => mapping.OldNode, StringComparer.Ordinal)
            .ToDictionary(mapping => mapping.OldNode, mapping => mapping.NewNode, StringComparer.Ordinal);
    }

    /// <summary>True when every node kept its name.</summary>
    public bool IsEmpty => mappings.Count == 0;

    /// <summary>The map that an operator gave.</summary>
    public static NodeMap Of(IReadOnlyList<NodeMapping> mappings) => new(mappings);

    /// <summary>The node that gets the part of <paramref name="old"/>.</summary>
    public string NewOf(string old) => byOld.GetValueOrDefault(old, old);

    /// <summary>A node of a point under the name that it has now.</summary>
    public NodeTopology Renamed(NodeTopology then)
    {
        if (!byOld.TryGetValue(then.Node, out var now))
        {
            return then;
        }

        var renamed = then.Clone();
        renamed.Node = now;
        return renamed;
    }

    /// <summary>Everything that keeps the map from being one, a sentence each.</summary>
    public IReadOnlyList<string> Reasons(IReadOnlyList<string> ofPoint, IReadOnlyList<string> ofCluster)
    {
        var reasons = new List<string>();
        foreach (var old in mappings.GroupBy(mapping => mapping.OldNode, StringComparer.Ordinal))
        {
            if (!ofPoint.Contains(old.Key))
            {
                reasons.Add($"the point has no part of a node {old.Key}; it has those of {string.Join(", ", ofPoint.Order(StringComparer.Ordinal))}");
            }

            if (old.Count() > 1)
            {
                reasons.Add($"{old.Key} is mapped {old.Count()} times, to {string.Join(", ", old.Select(mapping => mapping.NewNode))}");
            }
        }

        reasons.AddRange(mappings
            .Select(mapping => mapping.NewNode)
            .Distinct(StringComparer.Ordinal)
            .Where(now => !ofCluster.Contains(now))
            .Select(now => $"the cluster has no node {now}; it has {string.Join(", ", ofCluster.Order(StringComparer.Ordinal))}"));
        reasons.AddRange(ofPoint
            .GroupBy(NewOf, StringComparer.Ordinal)
            .Where(parts => parts.Count() > 1)
            .Select(parts => $"{parts.Key} would get the parts of {string.Join(" and ", parts.Order(StringComparer.Ordinal))}"));
        return reasons;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", mappings.Select(mapping => $"{mapping.NewNode} gets the part of {mapping.OldNode}"));
}
