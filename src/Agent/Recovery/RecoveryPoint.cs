using Cairn.Agent.Backup;
using Cairn.Repository;
using CommitRecord = Cairn.V1.CommitRecord;

namespace Cairn.Agent.Recovery;

/// <summary>The point that is recovered, as the repository tells it.</summary>
/// <param name="Detail">The point and this repository's part of it.</param>
/// <param name="Record">What the coordinator recorded of the whole point.</param>
/// <param name="Properties">The instances of this part.</param>
internal sealed record RecoveryPoint(PointDetail Detail, CommitRecord Record, NodeProperties Properties)
{
    /// <summary>The point's id.</summary>
    public PointId Id => Detail.Record.Point;

    /// <summary>The node whose part this repository holds.</summary>
    public string SourceNode => Detail.Manifest.Node;

    /// <summary>The other nodes that the point has a part of.</summary>
    public IReadOnlyList<string> Others =>
        [.. Detail.Record.Nodes.Select(part => part.Node).Where(node => node != SourceNode).Order(StringComparer.Ordinal)];

    /// <summary>True when this node's part holds the cluster's metadata.</summary>
    public bool HasMetadata => Record.Summary.Nodes.Any(part => part.Node == SourceNode && part.HasMetadata);

    /// <summary>Reads it.</summary>
    public static async Task<RecoveryPoint> ReadAsync(INodeRepository repository, PointId point, CancellationToken cancellationToken)
    {
        var detail = await repository.ReadPointAsync(point, cancellationToken);
        return new RecoveryPoint(
            detail,
            CommitRecords.FromRepository(detail.Record),
            NodeProperties.Parse(detail.Properties.Json, point.ToString()));
    }
}
