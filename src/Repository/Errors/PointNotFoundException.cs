namespace Cairn.Repository;

/// <summary>No such point on this node.</summary>
public sealed class PointNotFoundException : RepositoryException
{
    internal PointNotFoundException(PointId point, string repository)
        : base(RepositoryErrorCode.PointNotFound, point.ToString(), $"point {point} is not in the repository {repository}", wayOut: "list the points of this node")
    {
    }
}
