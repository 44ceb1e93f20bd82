using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>How a call ended.</summary>
/// <param name="Status">The status.</param>
/// <param name="Trailers">The trailers; empty when none came.</param>
/// <param name="IsOurs">Whether the caller or its deadline ended the call.</param>
/// <param name="CancellationToken">The token that cancelled it, when one did.</param>
internal sealed record CallOutcome(Status Status, Metadata Trailers, bool IsOurs, CancellationToken CancellationToken)
{
    public bool IsOk => Status.StatusCode == StatusCode.OK;

    public Exception ToException(bool asOperationCanceled)
    {
        var failure = new RpcException(Status, Trailers);

        // The server's clock may end a call before ours does; which of the two was first must not show.
        return asOperationCanceled && (IsOurs || Status.StatusCode == StatusCode.DeadlineExceeded)
            ? new OperationCanceledException(Status.Detail, failure, CancellationToken)
            : failure;
    }
}
