using System.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Shared.Errors;

namespace Cairn.Cli.CommandLine;

/// <summary>Which point of which cluster a command is about: <c>[CLUSTER] POINT</c>; the last operand is the point.</summary>
internal sealed class PointOperand
{
    private readonly Argument<string[]> operands = new("point")
    {
        Description = "the cluster (may be left out when there is only one), and the point: its id, a unique beginning of "
            + "it, or 'latest'",
        HelpName = "[CLUSTER] POINT",

        // None is refused below: the parser's own message would not say what is missing.
        Arity = new ArgumentArity(0, 2),
    };

    private readonly Option<string?> option = ClusterOperand.MakeOption();

    /// <summary>What to add to the command.</summary>
    public Symbol[] Symbols => [operands, option];

    /// <summary>The cluster's name and the point as it was given.</summary>
    /// <exception cref="CairnException">The point is missing, or the cluster is not clear.</exception>
    public async Task<(string Cluster, string Point)> ResolveAsync(
        Invocation run, ParseResult given, CancellationToken cancellationToken)
    {
        var (name, point) = given.GetValue(operands) switch
        {
            [var only] => (null, only),
            [var cluster, var second] => (cluster, second),
            _ => throw new CairnException(
                ErrorCode.InvalidRequest,
                "the point is missing: its id, a unique beginning of it, or 'latest'",
                "'cairn backup list' lists them"),
        };
        var chosen = ClusterOperand.Choose(name, given.GetValue(option));
        return (await ClusterChoice.ResolveAsync(run.Coordinator, chosen, cancellationToken), point);
    }
}
