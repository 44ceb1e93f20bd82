using Grpc.Core;

namespace Rpc.Tests.Core;

public sealed class MetadataTests
{
    [Fact]
    public void Keys_are_in_lower_case_and_found_in_any()
    {
        var metadata = new Metadata { { "X-Name.of_It-1", "first" }, { "x-name.of_it-1", "last" }, { "other", "o" } };

        Assert.Equal("x-name.of_it-1", metadata[0].Key);
        Assert.Equal("last", metadata.GetValue("X-NAME.OF_IT-1"));
        Assert.Equal(["first", "last"], metadata.GetAll("x-Name.of_it-1").Select(entry => entry.Value));
        Assert.Null(metadata.Get("missing"));
        Assert.Null(metadata.GetValue("missing"));
        Assert.Null(metadata.GetValueBytes("missing-bin"));
        Assert.Empty(metadata.GetAll("missing"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with blank")]
    [InlineData(":path")]
    [InlineData("umläut")]
    [InlineData("line\nfeed")]
    public void Other_keys_are_refused(string key)
    {
        Assert.Throws<ArgumentException>(() => new Metadata { { key, "value" } });
    }

    [Fact]
    public void A_key_says_whether_its_value_is_bytes()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", [1]));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("key-bin", [1]).Value);
        Assert.True(new Metadata.Entry("key" + Metadata.BinaryHeaderSuffix, [1]).IsBinary);
        Assert.Equal("text"u8.ToArray(), new Metadata.Entry("key", "text").ValueBytes);
    }

    [Fact]
    public void Bytes_are_copied_on_their_way_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("key-bin", bytes);

        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.Equal([1, 2], entry.ValueBytes);
    }

    [Fact]
    public void It_is_a_list_of_its_entries()
    {
        var (a, b, c) = (new Metadata.Entry("a", "1"), new Metadata.Entry("b", "2"), new Metadata.Entry("c", "3"));
        var metadata = new Metadata { a };
        metadata.Insert(0, b);
        metadata[1] = c;
        var copy = new Metadata.Entry[2];
        metadata.CopyTo(copy, 0);

        Assert.Equal([b, c], copy);
        Assert.Equal((1, -1, true, false), (metadata.IndexOf(c), metadata.IndexOf(a), metadata.Contains(b), metadata.IsReadOnly));
        Assert.True(metadata.Remove(b));
        metadata.RemoveAt(0);
        metadata.Add(a);
        metadata.Clear();
        Assert.Empty(metadata);
    }

    [Fact]
    public void Nothing_is_ever_added_to_the_empty_one()
    {
        var entry = new Metadata.Entry("a", "1");
        Action[] changes =
        [
            () => Metadata.Empty.Add(entry), () => Metadata.Empty.Add("a", "1"), () => Metadata.Empty.Insert(0, entry),
            () => Metadata.Empty.Remove(entry), () => Metadata.Empty.RemoveAt(0), Metadata.Empty.Clear, () => Metadata.Empty[0] = entry,
        ];

        Assert.All(changes, change => Assert.Throws<InvalidOperationException>(change));
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Empty(Metadata.Empty);
    }
}
