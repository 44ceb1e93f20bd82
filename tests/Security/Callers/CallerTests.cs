using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Security.Callers;

public sealed class CallerTests
{
    [Fact]
    public void Who_showed_something_that_was_not_accepted_is_nobody_and_keeps_the_reason()
    {
        var refusal = new CallerRefusal(ErrorCode.CertificateExpired, "the certificate of node 'og1' has ended", "enrol it anew");

        var caller = Caller.Refused("192.0.2.7", refusal);

        Assert.Equal(CallerKind.Anonymous, caller.Kind);
        Assert.Null(caller.Role);
        Assert.Equal(ErrorCode.CertificateExpired, caller.Refusal!.ToFailure().Code);
    }
}
