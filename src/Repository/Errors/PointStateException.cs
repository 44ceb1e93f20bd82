namespace Cairn.Repository;

/// <summary>The point is not in the state that the call needs.</summary>
public sealed class PointStateException : RepositoryException
{
    internal PointStateException(PointId point, string finding, string wayOut)
        : base(RepositoryErrorCode.PointState, point.ToString(), $"point {point}: {finding}", wayOut: wayOut)
    {
    }
}
