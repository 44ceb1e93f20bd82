using FsCheck;
using Grpc.Wire;

namespace Rpc.Tests.Wire;

public sealed class BinaryValueCodecTests
{
    [Theory]
    [InlineData("")]
    [InlineData("q6ur")]
    [InlineData("AQ")]
    [InlineData("AQ==")]
    [InlineData("AQI")]
    [InlineData("AQI=")]
    public void Padding_may_be_there_or_not(string value)
    {
        Assert.True(BinaryValueCodec.TryDecode(value, out var bytes));
        Assert.Equal(value.TrimEnd('='), BinaryValueCodec.Encode(bytes));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AQ===")]
    [InlineData("A Q=")]
    [InlineData("A=Q=")]
    [InlineData("-_-_")]
    [InlineData("====")]
    public void What_is_not_base64_is_refused(string value)
    {
        Assert.False(BinaryValueCodec.TryDecode(value, out _));
    }

    [Fact]
    public void Every_value_comes_back_and_is_sent_without_padding()
    {
        Prop.ForAll<byte[]?>(value =>
        {
            var encoded = BinaryValueCodec.Encode(value);

            return !encoded.Contains('=', StringComparison.Ordinal)
                && BinaryValueCodec.TryDecode(encoded, out var back)
                && back.AsSpan().SequenceEqual(value);
        }).QuickCheckThrowOnFailure();
    }
}
