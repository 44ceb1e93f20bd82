using System.Text.RegularExpressions;
using Cairn.Agent.Configuration;
using Cairn.Shared.Configuration;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Configuration;

/// <summary>deploy/examples/agent.yaml is what people begin with.</summary>
public sealed partial class ExampleFileTests
{
    private static readonly string Example = Checkout.PathOf("deploy/examples/agent.yaml");

    [Fact]
    public void The_example_is_read_without_problems()
    {
        var problems = new List<string>();

        var options = YamlFile.Read<AgentOptions>(Example, problems);

        Assert.Empty(problems);
        Assert.Equal("opengemini", Assert.Single(options!.Instances).Engine);
    }

    [Fact]
    public void The_limits_that_are_commented_out_are_all_the_limits_with_their_defaults()
    {
        var shown = CommentedLimit().Matches(File.ReadAllText(Example))
            .ToDictionary(match => match.Groups["key"].Value.Replace("-", "", StringComparison.Ordinal), match => match.Groups["value"].Value);
        var limits = new LimitOptions();

        var real = typeof(LimitOptions).GetProperties()
            .ToDictionary(property => property.Name.ToLowerInvariant(), property => $"{property.GetValue(limits)}");

        Assert.Equal(real.OrderBy(limit => limit.Key), shown.OrderBy(limit => limit.Key));
    }

    [GeneratedRegex(@"^#   (?<key>[a-z-]+): (?<value>\w+)", RegexOptions.Multiline)]
    private static partial Regex CommentedLimit();
}
