using Cairn.Shared.Calls;
using Grpc.Core;

namespace Cairn.Shared.Tests.Calls;

public sealed class RetryAdviceTests
{
    [Theory]
    [InlineData(StatusCode.Unavailable, null, true, null)]
    [InlineData(StatusCode.Unavailable, "0", true, 0)]
    [InlineData(StatusCode.Unavailable, "1500", true, 1500)]
    [InlineData(StatusCode.Unavailable, "-1", false, null)]
    [InlineData(StatusCode.Unavailable, "soon", false, null)]
    [InlineData(StatusCode.Unavailable, "", false, null)]
    [InlineData(StatusCode.Unavailable, "3600000", false, null)]
    [InlineData(StatusCode.Unavailable, "99999999999999", false, null)]
    [InlineData(StatusCode.DeadlineExceeded, null, false, null)]
    [InlineData(StatusCode.Internal, "0", false, 0)]
    public void Only_what_nobody_answered_is_tried_again_and_not_against_the_servers_word(
        StatusCode status, string? pushback, bool expected, int? waitMilliseconds)
    {
        var trailers = new Metadata();
        if (pushback is not null)
        {
            trailers.Add("grpc-retry-pushback-ms", pushback);
        }

        var failure = new RpcException(new Status(status, "failed"), trailers);

        Assert.Equal(expected, RetryAdvice.MayRepeat(failure));
        Assert.Equal(waitMilliseconds, (int?)RetryAdvice.Pushback(failure)?.TotalMilliseconds);
    }
}
