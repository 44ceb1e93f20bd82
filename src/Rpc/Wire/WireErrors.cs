using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The failures that the runtime makes itself, each with its code of the protocol.</summary>
internal static class WireErrors
{
    public static RpcException Internal(string detail, Exception? cause = null) =>
        new(new Status(StatusCode.Internal, detail, cause));

    public static RpcException Unimplemented(string detail) => new(new Status(StatusCode.Unimplemented, detail));

    public static RpcException ReceivedTooLarge(long sizeBytes, int limitBytes) => new(new Status(
        StatusCode.ResourceExhausted,
        $"Received message of {sizeBytes} bytes exceeds the maximum of {limitBytes} bytes."));

    public static RpcException ReceivedTooLargeInflated(int limitBytes) => new(new Status(
        StatusCode.ResourceExhausted,
        $"Received message exceeds the maximum of {limitBytes} bytes when decompressed."));

    public static RpcException SentTooLarge(long sizeBytes, int limitBytes) => new(new Status(
        StatusCode.ResourceExhausted,
        $"Message of {sizeBytes} bytes to send exceeds the maximum of {limitBytes} bytes."));
}
