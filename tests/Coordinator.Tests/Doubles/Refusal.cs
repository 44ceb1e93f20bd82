using Cairn.Shared.Errors;
using Grpc.Core;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>Refusals as a client of the coordinator meets them.</summary>
internal static class Refusal
{
    /// <summary>Makes the call, which must be refused, and returns the refusal.</summary>
    public static async Task<CairnException> OfAsync<T>(AsyncUnaryCall<T> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        return RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, "the coordinator");
    }
}
