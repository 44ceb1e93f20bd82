namespace Cairn.Repository.Tests.Format;

public sealed class RawTextTests
{
    [Theory]
    [InlineData("61")]
    [InlineData("ff")]
    [InlineData("61ff62")]
    [InlineData("e697a5c328")]
    [InlineData("eda080")]
    [InlineData("edb280")]
    [InlineData("f09f9880ff")]
    [InlineData("c3")]
    [InlineData("efbfbd")]
    public void Any_bytes_come_back_from_their_text(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var text = RawText.Decode(bytes);
        var back = new byte[RawText.CountBytes(text)];

        RawText.Encode(text, back);

        Assert.Equal(bytes, back);
        Assert.True(RawText.IsValid(text));
    }

    [Fact]
    public void A_text_that_its_own_bytes_would_not_give_is_invalid()
    {
        // U+DCC3 U+DCA4 would be written as the two bytes of ä, which read back as ä.
        Assert.False(RawText.IsValid("\uDCC3\uDCA4"));
        Assert.False(RawText.IsValid("\uD800"));
        Assert.True(RawText.IsValid("ä😀"));
    }
}
