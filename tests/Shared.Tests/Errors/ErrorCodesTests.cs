using Cairn.Shared.Errors;
using Grpc.Core;

namespace Cairn.Shared.Tests.Errors;

public sealed class ErrorCodesTests
{
    public static TheoryData<ErrorCode> All() => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_code_has_a_wire_name_that_leads_back_to_it(ErrorCode code) =>
        Assert.Equal(code, ErrorCodes.Parse(code.WireName()));

    [Theory]
    [MemberData(nameof(All))]
    public void No_code_travels_as_success(ErrorCode code)
    {
        Assert.NotEqual(StatusCode.OK, code.Status());
        Assert.NotEqual(ExitClass.Done, code.ExitClass());
    }

    [Fact]
    public void A_name_from_a_later_version_is_a_defect_to_this_one() =>
        Assert.Equal(ErrorCode.Internal, ErrorCodes.Parse("NOT_INVENTED_YET"));
}
