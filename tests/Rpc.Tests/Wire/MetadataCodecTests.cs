using Grpc.Core;
using Grpc.Wire;

namespace Rpc.Tests.Wire;

public sealed class MetadataCodecTests
{
    [Fact]
    public void Binary_values_joined_by_commas_are_split_before_they_are_decoded()
    {
        var metadata = new Metadata();

        Assert.True(MetadataCodec.TryAdd(metadata, "x-b-bin", "q6ur, AQ==,AQ"));

        Assert.Equal(["ABABAB", "01", "01"], metadata.Select(entry => Convert.ToHexString(entry.ValueBytes)));
    }

    [Fact]
    public void Text_values_are_not_split()
    {
        var metadata = new Metadata();

        MetadataCodec.TryAdd(metadata, "X-Text", "a, b");

        Assert.Equal(("x-text", "a, b"), (metadata[0].Key, metadata[0].Value));
    }

    [Theory]
    [InlineData(":path")]
    [InlineData("grpc-status")]
    [InlineData("grpc-message")]
    [InlineData("grpc-timeout")]
    [InlineData("grpc-encoding")]
    [InlineData("grpc-accept-encoding")]
    [InlineData("content-type")]
    [InlineData("content-encoding")]
    [InlineData("te")]
    [InlineData("host")]
    [InlineData("Accept-Encoding")]
    public void Headers_of_the_protocol_are_not_metadata(string name)
    {
        var metadata = new Metadata();

        Assert.True(MetadataCodec.TryAdd(metadata, name, "value"));

        Assert.Empty(metadata);
    }

    [Fact]
    public void Unknown_headers_of_grpc_are_metadata()
    {
        var metadata = new Metadata();

        MetadataCodec.TryAdd(metadata, "grpc-status-details-bin", "AQ");

        Assert.Equal([1], metadata.GetValueBytes("grpc-status-details-bin")!);
    }

    [Fact]
    public void A_value_outside_of_printable_ascii_is_refused_before_it_is_sent()
    {
        var metadata = new Metadata { { "x-text", "line\nbreak" } };

        var failure = Assert.Throws<RpcException>(() => MetadataCodec.Encode(metadata).ToList());

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }
}
