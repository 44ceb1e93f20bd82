using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>What an exception of a service means for its caller and for the log.</summary>
internal static class FailureMapping
{
    public static (Status Status, Metadata Trailers) ToStatus(Exception failure, bool isCancelled, bool isDetailed) =>
        failure switch
        {
            RpcException { StatusCode: StatusCode.OK } => (new Status(StatusCode.Unknown, StatusMessages.OkThrown), Metadata.Empty),
            RpcException rpc => (rpc.Status, rpc.Trailers),
            OperationCanceledException when isCancelled => (Status.DefaultCancelled, Metadata.Empty),
            _ => (new Status(StatusCode.Unknown, Detail(failure, isDetailed), failure), Metadata.Empty),
        };

    public static void Log(ILogger logger, string method, Exception failure, Status status, bool isCancelled)
    {
        if (failure is RpcException)
        {
            ServerLog.CallFailed(logger, method, status.StatusCode, failure);
        }
        else if (failure is OperationCanceledException && isCancelled)
        {
            ServerLog.CallCancelled(logger, method);
        }
        else
        {
            ServerLog.HandlerThrew(logger, method, failure);
        }
    }

    private static string Detail(Exception failure, bool isDetailed) => isDetailed
        ? $"{StatusMessages.HandlerThrew} {failure.GetType().Name}: {failure.Message}"
        : StatusMessages.HandlerThrew;
}
