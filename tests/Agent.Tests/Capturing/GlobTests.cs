using Cairn.Agent.Capturing;

namespace Cairn.Agent.Tests.Capturing;

public sealed class GlobTests
{
    [Theory]
    [InlineData("data/*.tsm", "data/1.tsm", true)]
    [InlineData("data/*.tsm", "data/a/1.tsm", false)]
    [InlineData("data/*.tsm", "data/1.tsm.tmp", false)]
    [InlineData("data/**/*.tsm", "data/1.tsm", true)]
    [InlineData("data/**/*.tsm", "data/a/b/1.tsm", true)]
    [InlineData("data/**/*.tsm", "other/data/1.tsm", false)]
    [InlineData("**/*.tsm", "data/a/1.tsm", true)]
    [InlineData("**", "data/a/1.tsm", true)]
    [InlineData("data/**", "data/a", true)]
    [InlineData("data/**", "data", false)]
    [InlineData("**/tmp/**", "data/a/tmp/x/y", true)]
    [InlineData("**/tmp/**", "data/a/tmp", false)]
    [InlineData("data/file?", "data/file1", true)]
    [InlineData("data/file?", "data/file", false)]
    [InlineData("data/file?", "data/file/", false)]
    [InlineData("data/[0-9][!a-c].sst", "data/1d.sst", true)]
    [InlineData("data/[0-9][!a-c].sst", "data/1a.sst", false)]
    [InlineData("data/[!a]b", "data//b", false)]
    [InlineData("data/[]]", "data/]", true)]
    [InlineData("data/(a|b)+.$", "data/(a|b)+.$", true)]
    [InlineData("data/A", "data/a", false)]
    [InlineData("data/*", "data/line\nbreak", true)]
    [InlineData("data/*", "data/\uDC80", true)]
    public void A_path_matches_as_a_whole(string pattern, string path, bool matches)
    {
        var glob = Glob.TryParse(pattern, out var problem);

        Assert.Equal("", problem);
        Assert.Equal(matches, glob!.Matches(path));
    }

    [Theory]
    [InlineData("", "empty component")]
    [InlineData("/data", "empty component")]
    [InlineData("data/", "empty component")]
    [InlineData("data/../x", "'..'")]
    [InlineData("data/a**", "'**' stands alone")]
    [InlineData("data/[a", "'[a' has a '['")]
    [InlineData("data/[]", "'[]' has a '['")]
    [InlineData("data/[!]", "'[!]' has a '['")]
    public void What_is_no_pattern_is_refused_with_the_reason(string pattern, string reason)
    {
        Assert.Null(Glob.TryParse(pattern, out var problem));
        Assert.Contains(reason, problem);
    }

    [Fact]
    public void Many_wildcards_take_no_longer_than_few()
    {
        var glob = Glob.TryParse(string.Concat(Enumerable.Repeat("*a", 40)) + "b", out _)!;

        Assert.False(glob.Matches(new string('a', 4000)));
    }
}
