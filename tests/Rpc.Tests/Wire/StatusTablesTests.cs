using Grpc.Core;
using Grpc.Wire;

namespace Rpc.Tests.Wire;

public sealed class StatusTablesTests
{
    [Theory]
    [InlineData(100, StatusCode.Internal)]
    [InlineData(200, StatusCode.Unknown)]
    [InlineData(302, StatusCode.Unknown)]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(431, StatusCode.Internal)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public void An_http_status_without_a_grpc_status_has_its_code(int httpStatus, StatusCode expected)
    {
        Assert.Equal(expected, StatusTables.FromHttpStatus(httpStatus));
    }

    [Theory]
    [InlineData(0, StatusCode.Internal)]
    [InlineData(1, StatusCode.Internal)]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(3, StatusCode.Internal)]
    [InlineData(4, StatusCode.Internal)]
    [InlineData(5, StatusCode.Internal)]
    [InlineData(6, StatusCode.Internal)]
    [InlineData(7, StatusCode.Unavailable)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(9, StatusCode.Internal)]
    [InlineData(10, StatusCode.Internal)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    [InlineData(13, StatusCode.Internal)]
    public void A_reset_code_of_http2_has_its_code(long resetCode, StatusCode expected)
    {
        Assert.Equal(expected, StatusTables.FromResetCode(resetCode));
    }

    [Theory]
    [InlineData("0", StatusCode.OK)]
    [InlineData("16", StatusCode.Unauthenticated)]
    [InlineData("17", StatusCode.Unknown)]
    [InlineData("99", StatusCode.Unknown)]
    [InlineData("-1", StatusCode.Unknown)]
    [InlineData(" 0", StatusCode.Unknown)]
    [InlineData("ok", StatusCode.Unknown)]
    [InlineData("", StatusCode.Unknown)]
    [InlineData("00000000000000000000", StatusCode.OK)]
    public void Only_a_known_number_is_a_status(string value, StatusCode expected)
    {
        Assert.Equal(expected, StatusTables.FromHeaders(value, message: null).StatusCode);
    }

    [Fact]
    public void An_unknown_number_stays_in_the_text()
    {
        var status = StatusTables.FromHeaders("99", "it said so");

        Assert.Contains("99", status.Detail, StringComparison.Ordinal);
        Assert.Contains("it said so", status.Detail, StringComparison.Ordinal);
    }
}
