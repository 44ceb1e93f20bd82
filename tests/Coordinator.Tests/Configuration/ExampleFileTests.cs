using System.Text.RegularExpressions;
using Cairn.Coordinator.Configuration;
using Cairn.TestKit;

namespace Cairn.Coordinator.Tests.Configuration;

/// <summary>deploy/examples/coordinator.yaml is what people begin with.</summary>
public sealed partial class ExampleFileTests
{
    private static readonly string Example = Checkout.PathOf("deploy/examples/coordinator.yaml");

    [Fact]
    public void The_example_has_no_problems()
    {
        var problems = new List<string>();

        ConfigurationReader.Read(Example, insecure: false, problems);

        Assert.Empty(problems);
    }

    [Fact]
    public void The_limits_that_are_commented_out_are_all_the_limits_with_their_defaults()
    {
        var shown = CommentedLimit().Matches(File.ReadAllText(Example))
            .ToDictionary(match => match.Groups["key"].Value.Replace("-", "", StringComparison.Ordinal), match => match.Groups["value"].Value);
        var limits = new LimitsOptions();

        var real = typeof(LimitsOptions).GetProperties()
            .ToDictionary(property => property.Name.ToLowerInvariant(), property => $"{property.GetValue(limits)}");

        Assert.Equal(real.OrderBy(limit => limit.Key), shown.OrderBy(limit => limit.Key));
    }

    [GeneratedRegex(@"^#   (?<key>[a-z-]+): (?<value>\d+)", RegexOptions.Multiline)]
    private static partial Regex CommentedLimit();
}
