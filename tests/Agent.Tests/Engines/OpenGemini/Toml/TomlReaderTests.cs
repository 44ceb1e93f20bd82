using System.Text;
using Cairn.Agent.Engines.OpenGemini.Toml;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Toml;

public sealed class TomlReaderTests
{
    [Fact]
    public void Tables_keys_texts_numbers_flags_and_lists_are_read()
    {
        var document = Read("""
            # a comment
            top = 1
            [common]
              meta-join = ["a:1",  # another comment
                'b:2', ]
              flag = true
            [data.wal]
              wal-sync-interval = "100ms"
              size = 1_000
              ratio = -0.5
              "quoted key" = "tab\t and \u00e9"
            """);
        var problems = new List<string>();

        Assert.Equal(["a:1", "b:2"], document.Texts("common.meta-join", problems));
        Assert.True(document.Flag("common.flag", otherwise: false, problems));
        Assert.Equal("100ms", document.Text("data.wal.wal-sync-interval", problems));
        Assert.Equal(1000, document.Number("data.wal.size", 0, problems));
        Assert.Equal(-0.5, document.Values["data.wal.ratio"].Value);
        Assert.Equal("tab\t and é", document.Text("data.wal.quoted key", problems));
        Assert.Equal(1L, document.Values["top"].Value);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("a = 1\n\nb = 2020-01-01", 3, "not a value")]
    [InlineData("a = {b = 1}", 1, "braces")]
    [InlineData("a = \"\"\"x\"\"\"", 1, "several lines")]
    [InlineData("a = \"x", 1, "closing quote")]
    [InlineData("a = 1\na = 2", 2, "second time")]
    [InlineData("[t]\n[t]", 2, "second time")]
    [InlineData("a = 1 b = 2", 1, "should end here")]
    [InlineData("a = [1,", 1, "no end")]
    [InlineData("a = [1, 2", 1, "the end of the file")]
    [InlineData("a = [1 2]", 1, "expected in a list")]
    [InlineData("= 1", 1, "a name is expected")]
    [InlineData("a", 1, "'=' is expected")]
    [InlineData("a = ", 1, "a value is expected")]
    [InlineData("a = \"\\x\"", 1, "not a known escape")]
    [InlineData("a = 1__0", 1, "not a value")]
    public void What_is_not_known_is_refused_with_its_line(string text, int line, string what)
    {
        var refused = Assert.Throws<TomlException>(() => Read(text));

        Assert.Equal(line, refused.Line);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_another_type_is_a_problem_with_its_line()
    {
        var document = Read("[meta]\ndir = 5\njoin = [\"a\", 1]");
        var problems = new List<string>();

        _ = document.Text("meta.dir", problems);
        _ = document.Texts("meta.join", problems);

        Assert.Equal(["line 2: 'meta.dir' must be a text in quotes", "line 3: 'meta.join' must be a list of texts"], problems);
    }

    [Fact]
    public void Tables_in_arrays_are_numbered()
    {
        var document = Read("[[x]]\na = 1\n[[x]]\na = 2");

        Assert.Equal(2L, document.Values["x.1.a"].Value);
    }

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        Assert.Throws<TomlException>(() => TomlReader.Read(new byte[TomlReader.MaxBytes + 1]));
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused()
    {
        Assert.Throws<TomlException>(() => TomlReader.Read([0x61, 0x3D, 0xFF]));
    }

    private static TomlDocument Read(string text) => TomlReader.Read(Encoding.UTF8.GetBytes(text));
}
