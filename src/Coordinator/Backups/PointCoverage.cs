using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Decides whether a point without some of its cluster's nodes still makes the whole cluster again: every partition that they held
/// has a byte-identical copy in a part that is there, and so have the cluster's metadata. Pure; what cannot be known counts as
/// lacking.
/// </summary>
internal static class PointCoverage
{
    /// <summary>The caveat of a point that does not.</summary>
    public const string CaveatName = "partial";

    private const int MostLost = 1000;
    private const int MostNamed = 5;

    /// <summary>The verdict on a plan with missing nodes.</summary>
    public static Coverage Of(BackupPlan plan)
    {
        var placement = plan.Placement ?? new Placement(Known: false, IdenticalReplicas: false, []);
        var here = plan.Nodes.ToHashSet(StringComparer.Ordinal);
        var missing = plan.Missing.Select(node => node.Node).Append("").ToHashSet(StringComparer.Ordinal);
        var lost = placement.Partitions
            .Where(place => missing.Contains(place.Node))
            .Select(place => Find(place, placement, here))
            .ToList();
        var coverage = new Coverage
        {
            Whole = placement.Known && lost.All(place => place.CopyOn.Length > 0) && HasMetadata(plan),
            LostTotal = lost.Count,
            Lost = { lost.Take(MostLost) },
        };
        coverage.Findings.Add(plan.Missing.Select(node => Sentence(node.Node, placement, lost)));
        if (lost.Any(place => place.Node.Length == 0))
        {
            coverage.Findings.Add(Sentence("", placement, lost));
        }

        if (!HasMetadata(plan))
        {
            coverage.Findings.Add(
                $"the cluster's metadata were captured on {plan.MetadataNode}, which is missing; the other nodes keep copies that no restore puts in place");
        }

        return coverage;
    }

    private static bool HasMetadata(BackupPlan plan) => plan.MetadataNode is null || plan.Nodes.Contains(plan.MetadataNode);

    private static LostPartition Find(PlacedPartition place, Placement placement, HashSet<string> here)
    {
        var copy = place.ReplicaGroup.Length == 0 || !placement.IdenticalReplicas
            ? null
            : placement.Partitions.FirstOrDefault(other =>
                other.Object == place.Object && other.ReplicaGroup == place.ReplicaGroup && here.Contains(other.Node));
        return new LostPartition { Node = place.Node, Object = place.Object, PartitionId = place.Partition, CopyOn = copy?.Node ?? "" };
    }

    private static string Sentence(string node, Placement placement, IReadOnlyList<LostPartition> lost)
    {
        var name = node.Length == 0 ? "a node that no agent ever reported" : node;
        if (!placement.Known)
        {
            return $"{name} is missing, and no database could be asked what it holds";
        }

        var mine = lost.Where(place => place.Node == node).ToList();
        if (mine.Count == 0)
        {
            return $"{name} is missing; it holds no partition";
        }

        var alone = mine.Where(place => place.CopyOn.Length == 0).ToList();
        if (alone.Count == 0)
        {
            return $"{name} is missing; a byte-identical copy of each of its {mine.Count} partitions is in the parts of "
                + string.Join(", ", mine.Select(place => place.CopyOn).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }

        var named = string.Join(", ", alone.Take(MostNamed).Select(place => $"{place.Object}/{place.PartitionId}"));
        var more = alone.Count > MostNamed ? $" and {alone.Count - MostNamed} more" : "";
        return $"{name} is missing, and with it {alone.Count} of its {mine.Count} partitions: {named}{more}"
            + (placement.IdenticalReplicas ? "" : "; this engine's replicas are not byte-identical, so no other node's part stands for them");
    }
}
