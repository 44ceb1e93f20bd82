using FsCheck;
using Grpc.Wire;

namespace Rpc.Tests.Wire;

public sealed class StatusMessageCodecTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100 %", "100 %25")]
    [InlineData("\t\r\n", "%09%0D%0A")]
    [InlineData("☺", "%E2%98%BA")]
    [InlineData("😈", "%F0%9F%98%88")]
    [InlineData("~", "~")]
    [InlineData("\u007f", "%7F")]
    public void A_message_is_escaped_outside_of_printable_ascii(string text, string expected)
    {
        Assert.Equal(expected, StatusMessageCodec.Encode(text));
        Assert.Equal(text, StatusMessageCodec.Decode(expected));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz %41", "%zz A")]
    [InlineData("bad %zz %C3 end%", "bad %zz %C3 end%")]
    [InlineData("%e2%98%ba", "☺")]
    public void A_broken_escape_stays_as_it_was_sent(string sent, string expected)
    {
        Assert.Equal(expected, StatusMessageCodec.Decode(sent));
    }

    [Fact]
    public void Every_text_comes_back()
    {
        Prop.ForAll<string?>(text =>
        {
            // A lone surrogate is no text: UTF-8 cannot say it.
            var legal = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text ?? string.Empty));

            return StatusMessageCodec.Decode(StatusMessageCodec.Encode(legal)) == legal;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_is_sent_is_printable_ascii()
    {
        Prop.ForAll<string?>(text => StatusMessageCodec.Encode(text ?? string.Empty).All(c => c is >= ' ' and <= '~'))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Decoding_never_fails()
    {
        Prop.ForAll<string?>(sent => StatusMessageCodec.Decode("%" + sent + "%C3%").Length > 0).QuickCheckThrowOnFailure();
    }
}
