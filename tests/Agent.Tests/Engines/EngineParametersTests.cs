using Cairn.Agent.Engines;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines;

public sealed class EngineParametersTests
{
    private static readonly IReadOnlyList<ParameterRule> Rules =
    [
        new ParameterRule("tone", ["loud", "soft"]), new ParameterRule("mapping", [], Repeats: true),
    ];

    [Fact]
    public void What_was_given_is_found_by_its_name_in_the_order_given()
    {
        var parameters = Check(("mapping", "a=b"), ("tone", "soft"), ("mapping", "c=d"));

        Assert.Equal("soft", parameters.Find("tone"));
        Assert.Equal(["a=b", "c=d"], parameters.All("mapping"));
        Assert.Null(parameters.Find("other"));
    }

    [Theory]
    [InlineData("colour", "red", "takes no 'colour'")]
    [InlineData("tone", "shrill", "'shrill' is no value of 'tone'")]
    [InlineData("mapping", "a\nb", "printable")]
    public void What_the_engine_does_not_take_is_refused(string name, string value, string finding)
    {
        var refused = Assert.Throws<CairnException>(() => Check((name, value)));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
        Assert.Contains(finding, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_be_given_once_is_refused_twice()
    {
        var refused = Assert.Throws<CairnException>(() => Check(("tone", "loud"), ("tone", "soft")));

        Assert.Contains("2 times", refused.Message, StringComparison.Ordinal);
    }

    private static EngineParameters Check(params (string Name, string Value)[] given) => EngineParameters.Check(
        "plain", [.. given.Select(one => new EngineParameter { Name = one.Name, Value = one.Value })], Rules);
}
