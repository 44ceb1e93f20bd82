using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>Compares a cluster as its agents describe it now with what a point says that it was.</summary>
internal static class TopologyComparison
{
    /// <summary>
    /// Every difference that a restore cannot bridge, one sentence each: node names, instances, engines, roles, addresses
    /// and, where both sides know it, the version. Directories may differ: the engine has its say about them on its node.
    /// </summary>
    public static IReadOnlyList<string> Differences(
        IReadOnlyList<NodeTopology> then, IReadOnlyList<NodeTopology> now)
    {
        var differences = new List<string>();
        var nowByNode = now.ToDictionary(node => node.Node, StringComparer.Ordinal);
        foreach (var node in then)
        {
            if (nowByNode.Remove(node.Node, out var present))
            {
                CompareInstances(node, present, differences);
            }
            else
            {
                differences.Add($"the point has a part of node {node.Node}, which the cluster does not have");
            }
        }

        differences.AddRange(nowByNode.Keys
            .Order(StringComparer.Ordinal)
            .Select(node => $"the cluster has a node {node}, of which the point has no part"));
        return differences;
    }

    private static void CompareInstances(NodeTopology then, NodeTopology now, List<string> differences)
    {
        var nowByName = now.Instances.ToDictionary(instance => instance.Name, StringComparer.Ordinal);
        foreach (var instance in then.Instances)
        {
            if (nowByName.Remove(instance.Name, out var present))
            {
                CompareInstance(then.Node, instance, present, differences);
            }
            else
            {
                differences.Add($"{then.Node}: the point has an instance '{instance.Name}', the agent knows none of that name");
            }
        }

        differences.AddRange(nowByName.Keys
            .Order(StringComparer.Ordinal)
            .Select(name => $"{then.Node}: the agent knows an instance '{name}', which the point does not have"));
    }

    private static void CompareInstance(
        string node, InstanceTopology then, InstanceTopology now, List<string> differences)
    {
        var where = $"{node}/{then.Name}";
        Compare(where, "engine", then.Engine, now.Engine, differences);
        Compare(where, "roles", Sorted(then.Roles), Sorted(now.Roles), differences);
        Compare(where, "addresses", Sorted(then.Addresses), Sorted(now.Addresses), differences);
        if (then.Version.Length > 0 && now.Version.Length > 0)
        {
            Compare(where, "version", then.Version, now.Version, differences);
        }
    }

    private static void Compare(string where, string what, string then, string now, List<string> differences)
    {
        if (then != now)
        {
            differences.Add($"{where}: {what} in the point: {then}; now: {now}");
        }
    }

    private static string Sorted(IEnumerable<string> words) =>
        string.Join(", ", words.Order(StringComparer.Ordinal));

    private static string Sorted(IEnumerable<RoleAddress> addresses) =>
        Sorted(addresses.Select(address => $"{address.Role} {address.Address}"));
}
