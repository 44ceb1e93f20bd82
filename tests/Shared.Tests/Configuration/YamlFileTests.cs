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

    [Fact]
    public void Every_problem_is_told_and_what_can_be_read_is_read()
    {
        List<string> problems = [];

        var options = YamlFile.Read<Sample>(
            FileWith("nmae: a\nmax-count: many\nname: b\nparts:\n  -\n  - {size: 3, sise: 4}\n  - text\nwords: no list\n"),
            problems);

        Assert.Equal("b", options!.Name);
        Assert.Equal(3, options.Parts[0].Size);
        Assert.Collection(
            problems,
            problem => Assert.Contains(":1:1: nmae: there is no such key; known are enabled, max-count, name, parts, words", problem),
            problem => Assert.Contains(":2:12: max-count: 'many' is not a whole number", problem),
            problem => Assert.Contains("parts[0]: the item is empty", problem),
            problem => Assert.Contains(":6:15: parts[1].sise: there is no such key", problem),
            problem => Assert.Contains("parts[2]: lines of 'key: value' are expected here", problem),
            problem => Assert.Contains("words: a list is expected here", problem));
    }

    [Fact]
    public void A_section_is_handed_on_and_read_as_strictly_by_whoever_knows_it()
    {
        List<string> problems = [];
        var file = FileWith("name: a\noptions:\n  max-count: many\n  nmae: b\n  name: c\n");

        var holder = YamlFile.Read<Holder>(file, problems)!;
        var told = problems.ToList();
        var options = holder.Options.Read<Sample>(problems);

        Assert.Empty(told);
        Assert.Equal(("a", "c"), (holder.Name, options.Name));
        Assert.Collection(
            problems,
            problem => Assert.Equal($"{file}:3:14: options.max-count: 'many' is not a whole number", problem),
            problem => Assert.StartsWith($"{file}:4:3: options.nmae: there is no such key", problem));
    }

    [Theory]
    [InlineData("name: a\n")]
    [InlineData("name: a\noptions:\n")]
    public void A_section_that_is_not_there_has_the_defaults(string yaml)
    {
        List<string> problems = [];

        var holder = YamlFile.Read<Holder>(FileWith(yaml), problems)!;

        Assert.True(holder.Options.IsEmpty);
        Assert.Equal("", holder.Options.Read<Sample>(problems).Name);
        Assert.Empty(problems);
    }

    [Fact]
    public void Names_with_a_value_each_keep_their_order()
    {
        List<string> problems = [];

        var holder = YamlFile.Read<Holder>(FileWith("named:\n  z: /last\n  a: /first\n  n:\n"), problems)!;

        Assert.Equal(["z=/last", "a=/first"], holder.Named.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Contains(":4:3: named.n: a name and its value are expected here", Assert.Single(problems));
    }

    [Theory]
    [InlineData("name:\nmax-count: ~\nparts:\nwords: null\n")]
    [InlineData("")]
    public void A_key_without_a_value_is_as_if_it_were_not_there(string yaml)
    {
        List<string> problems = [];

        var options = YamlFile.Read<Sample>(FileWith(yaml), problems)!;

        Assert.Empty(problems);
        Assert.Equal(("", 0, 0, 0), (options.Name, options.MaxCount, options.Parts.Count, options.Words.Count));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("no", false)]
    public void Yes_or_no_is_read(string text, bool expected)
    {
        List<string> problems = [];

        var options = YamlFile.Read<Sample>(FileWith($"enabled: {text}\n"), problems)!;

        Assert.Empty(problems);
        Assert.Equal(expected, options.Enabled);
    }

    [Fact]
    public void What_is_neither_yes_nor_no_is_a_problem()
    {
        List<string> problems = [];

        YamlFile.Read<Sample>(FileWith("enabled: 1\n"), problems);

        Assert.EndsWith(":1:10: enabled: '1' is neither true nor false", Assert.Single(problems));
    }

    [Theory]
    [InlineData("- a\n")]
    [InlineData("hello\n")]
    [InlineData("name: a\n---\nname: b\n")]
    public void A_document_of_another_shape_is_a_problem(string yaml)
    {
        List<string> problems = [];

        YamlFile.Read<Sample>(FileWith(yaml), problems);

        Assert.Contains("expected", Assert.Single(problems));
    }

    [Theory]
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

    private sealed class Holder
    {
        public string Name { get; set; } = "";

        public YamlSection Options { get; set; } = YamlSection.None;

        public OrderedDictionary<string, string> Named { get; set; } = [];
    }

    private sealed class Sample
    {
        public string Name { get; set; } = "";

        public int MaxCount { get; set; }

        public bool Enabled { get; set; }

        public IList<Part> Parts { get; set; } = [];

        public List<string> Words { get; set; } = [];
    }

    private sealed class Part
    {
        public int Size { get; set; }
    }
}
