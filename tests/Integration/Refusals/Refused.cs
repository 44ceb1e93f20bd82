using Cairn.TestKit.Processes;

namespace Cairn.Integration.Refusals;

/// <summary>What every refusal must carry.</summary>
internal static class Refused
{
    private const int RefusedExit = 3;
    private const int UnreachableExit = 5;

    /// <summary>Code, node, finding and way out; the exit code of a refusal.</summary>
    public static CliFailure With(CliResult result, string code, string node, params string[] found)
    {
        var failure = result.Failure;
        Assert.True(code == failure.Code, $"expected {code}: {result}");
        Assert.Equal(node, failure.Node);
        Assert.All(found, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
        Assert.NotEmpty(failure.WayOut);
        Assert.Equal(code == "AGENT_UNREACHABLE" ? UnreachableExit : RefusedExit, result.ExitCode);
        return failure;
    }
}
