using Google.Protobuf;
using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>What happens to things that go over a wire.</summary>
internal static class Wire
{
    /// <summary>The message as the other side gets it: not the same object.</summary>
    public static T Copy<T>(T message)
        where T : class
    {
        var sent = (IMessage)message;
        return (T)(object)sent.Descriptor.Parser.ParseFrom(sent.ToByteArray());
    }

    /// <summary>The status with which a method's failure ends its call.</summary>
    public static RpcException Failure(Exception failure, SimulatedContext context) => failure switch
    {
        RpcException status => new RpcException(new Status(status.StatusCode, status.Status.Detail), status.Trailers),
        _ when context.HasExpired => new RpcException(new Status(StatusCode.DeadlineExceeded, "")),
        OperationCanceledException => new RpcException(new Status(StatusCode.Cancelled, "")),
        _ => new RpcException(new Status(StatusCode.Unknown, failure.Message)),
    };
}
