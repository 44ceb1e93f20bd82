using System.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Shared.Errors;

namespace Cairn.Cli.CommandLine;

/// <summary>Which cluster a command is about: <c>[CLUSTER]</c>, or <c>--cluster NAME</c>, or the only one there is.</summary>
internal sealed class ClusterOperand
{
    private readonly Argument<string?> operand = new("cluster")
    {
        Description = "the cluster; may be left out when there is only one",
        HelpName = "[CLUSTER]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> option = MakeOption();

    /// <summary>What to add to the command.</summary>
    public Symbol[] Symbols => [operand, option];

    /// <summary>The option that names the cluster, for commands whose operands say something else too.</summary>
    public static Option<string?> MakeOption() => new("--cluster", "-c")
    {
        Description = "the cluster, where you would rather not give it as an operand",
        HelpName = "NAME",
    };

    /// <summary>The name that was given; null when none was.</summary>
    /// <exception cref="CairnException">Both ways were used for different names.</exception>
    public static string? Choose(string? asOperand, string? asOption) =>
        asOperand is null || asOption is null || asOperand == asOption
            ? asOperand ?? asOption
            : throw new CairnException(
                ErrorCode.InvalidRequest,
                $"two clusters are named: '{asOperand}' and '{asOption}'",
                "name the cluster once");

    /// <summary>The name that was given; null when none was.</summary>
    public string? Read(ParseResult given) => Choose(given.GetValue(operand), given.GetValue(option));

    /// <summary>The cluster's name, also when none was given.</summary>
    public Task<string> ResolveAsync(Invocation run, ParseResult given, CancellationToken cancellationToken) =>
        ClusterChoice.ResolveAsync(run.Coordinator, Read(given), cancellationToken);
}
