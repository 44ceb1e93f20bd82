using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Shared.Tests.Security;

public sealed class PartAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:7461")]
    [InlineData("127.0.0.3:0")]
    [InlineData("[::1]:7461")]
    public void In_plain_text_a_loopback_address_with_a_port_is_accepted(string listen) =>
        Assert.Equal(listen, PartAddress.RequireEndPoint(listen, insecure: true).ToString());

    [Theory]
    [InlineData("0.0.0.0:7461", ErrorCode.NotLoopback)]
    [InlineData("[::]:7461", ErrorCode.NotLoopback)]
    [InlineData("192.0.2.1:7461", ErrorCode.NotLoopback)]
    [InlineData("127.0.0.1", ErrorCode.ConfigurationInvalid)]
    [InlineData("7461", ErrorCode.ConfigurationInvalid)]
    [InlineData("127.0.0.1:99999", ErrorCode.ConfigurationInvalid)]
    [InlineData("", ErrorCode.ConfigurationInvalid)]
    public void In_plain_text_any_other_address_to_listen_on_is_refused(string listen, ErrorCode expected) =>
        Assert.Equal(expected, Assert.Throws<CairnException>(() => PartAddress.RequireEndPoint(listen, insecure: true)).Code);

    [Theory]
    [InlineData("http://192.0.2.1:7460", ErrorCode.NotLoopback)]
    [InlineData("https://127.0.0.1:7460", ErrorCode.ConfigurationInvalid)]
    [InlineData("127.0.0.1:7460", ErrorCode.ConfigurationInvalid)]
    public void In_plain_text_any_other_url_to_call_is_refused(string url, ErrorCode expected) =>
        Assert.Equal(expected, Assert.Throws<CairnException>(() => PartAddress.RequireUrl(url, insecure: true)).Code);

    [Theory]
    [InlineData("0.0.0.0:7461")]
    [InlineData("192.0.2.1:7461")]
    public void With_TLS_any_address_is_listened_on(string listen) =>
        Assert.Equal(listen, PartAddress.RequireEndPoint(listen, insecure: false).ToString());

    [Fact]
    public void With_TLS_nobody_is_called_in_plain_text_not_even_on_loopback()
    {
        Assert.Equal("og1.example.org", PartAddress.RequireUrl("https://og1.example.org:7461", insecure: false).Host);
        Assert.Equal(
            ErrorCode.ConfigurationInvalid,
            Assert.Throws<CairnException>(() => PartAddress.RequireUrl("http://127.0.0.1:7460", insecure: false)).Code);
    }
}
