using System.Reflection;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

public sealed class CaveatsTests
{
    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var constant in typeof(Caveats).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f is { IsLiteral: true } && f.Name != nameof(Caveats.ObservedVersion)))
        {
            names.Add((string)constant.GetRawConstantValue()!);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_caveat_has_a_sentence_and_stands_on_the_engines_page(string name)
    {
        var page = File.ReadAllText(Checkout.PathOf("docs/engines/opengemini.md"));

        Assert.NotEmpty(Caveats.Of(name).Text);
        Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal);
    }
}
