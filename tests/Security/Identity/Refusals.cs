using Cairn.Shared.Errors;
using Grpc.Core;

namespace Cairn.Security.Identity;

/// <summary>The refusal of a call, as a client of any language reads it.</summary>
internal static class Refusals
{
    public static async Task<CairnException> OfAsync<T>(AsyncUnaryCall<T> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        return RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, "the server under test");
    }
}
