using Cairn.Shared.Configuration;

namespace Cairn.Shared.Tests.Configuration;

public sealed class YamlFileTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-yaml-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void Keys_are_lower_case_with_hyphens()
    {
        List<string> problems = [];

        var options = YamlFile.Read<Sample>(FileWith("max-count: 3\nname: a\n"), problems);

        Assert.Empty(problems);
        Assert.Equal((3, "a"), (options!.MaxCount, options.Name));
    }

    [Theory]
    [InlineData("nmae: a\n", ":1:1: there is no key 'nmae' here")]
    [InlineData("max-count: many\n", ":1:")]
    [InlineData("name: a\nname: b\n", ":2:")]
    [InlineData("name: [\n", ":1:")]
    public void What_cannot_be_read_is_a_problem_that_says_where(string yaml, string expected)
    {
        List<string> problems = [];

        var options = YamlFile.Read<Sample>(FileWith(yaml), problems);

        Assert.Null(options);
        Assert.Contains(expected, Assert.Single(problems));
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem()
    {
        List<string> problems = [];

        Assert.Null(YamlFile.Read<Sample>(Path.Combine(directory.FullName, "none.yaml"), problems));
        Assert.Contains("none.yaml", Assert.Single(problems));
    }

    private string FileWith(string text)
    {
        var path = Path.Combine(directory.FullName, "file.yaml");
        using var writer = new StreamWriter(path);
        writer.Write(text);
        return path;
    }

    private sealed class Sample
    {
        public string Name { get; set; } = "";

        public int MaxCount { get; set; }
    }
}
