using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Shared.Tests.Security;

public sealed class LoopbackTests
{
    [Theory]
    [InlineData("127.0.0.1:7461")]
    [InlineData("127.0.0.3:0")]
    [InlineData("[::1]:7461")]
    public void A_loopback_address_with_a_port_is_accepted(string listen) =>
        Assert.Equal(listen, Loopback.RequireEndPoint(listen).ToString());

    [Theory]
    [InlineData("0.0.0.0:7461", ErrorCode.NotLoopback)]
    [InlineData("[::]:7461", ErrorCode.NotLoopback)]
    [InlineData("192.0.2.1:7461", ErrorCode.NotLoopback)]
    [InlineData("127.0.0.1", ErrorCode.ConfigurationInvalid)]
    [InlineData("7461", ErrorCode.ConfigurationInvalid)]
    [InlineData("127.0.0.1:99999", ErrorCode.ConfigurationInvalid)]
    [InlineData("", ErrorCode.ConfigurationInvalid)]
    public void Any_other_address_to_listen_on_is_refused(string listen, ErrorCode expected) =>
        Assert.Equal(expected, Assert.Throws<CairnException>(() => Loopback.RequireEndPoint(listen)).Code);

    [Theory]
    [InlineData("http://192.0.2.1:7460", ErrorCode.NotLoopback)]
    [InlineData("https://127.0.0.1:7460", ErrorCode.ConfigurationInvalid)]
    [InlineData("127.0.0.1:7460", ErrorCode.ConfigurationInvalid)]
    public void Any_other_url_to_call_is_refused(string url, ErrorCode expected) =>
        Assert.Equal(expected, Assert.Throws<CairnException>(() => Loopback.RequireUrl(url)).Code);
}
