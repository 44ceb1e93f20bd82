using Cairn.Cli.Wording;

namespace Cairn.Cli.Tests.Wording;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("wal/0001.wal", "wal/0001.wal")]
    [InlineData("Zürich 数据", "Zürich 数据")]
    [InlineData("a\u001b[2Jb", "a\\u001B[2Jb")]
    [InlineData("a\nb\r", "a\\u000Ab\\u000D")]
    [InlineData("a\u202eb", "a\\u202Eb")]
    [InlineData("C:\\x", "C:\\x")]
    public void Whatever_could_move_the_cursor_is_written_as_its_number(string text, string expected)
    {
        Assert.Equal(expected, Printable.Line(text));
    }

    [Fact]
    public void Nothing_is_told_as_a_dash()
    {
        Assert.Equal("-", Printable.OrDash(""));
        Assert.Equal("-", Printable.List([]));
        Assert.Equal("a, b", Printable.List(["a", "b"]));
    }
}
