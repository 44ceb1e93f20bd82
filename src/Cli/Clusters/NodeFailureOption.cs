using System.CommandLine;
using Cairn.V1;

namespace Cairn.Cli.Clusters;

/// <summary><c>--on-node-failure</c>, of a cluster and of one backup.</summary>
internal sealed class NodeFailureOption
{
    private readonly Option<string?> option = new("--on-node-failure")
    {
        Description = "abort: a backup during which a node fails makes no point; partial: it makes one without that node, which says so",
        HelpName = "abort|partial",
    };

    /// <summary>The option, which refuses other words.</summary>
    public NodeFailureOption() => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && result.Tokens[^1].Value is not ("abort" or "partial"))
        {
            result.AddError($"--on-node-failure takes abort or partial, not '{result.Tokens[^1].Value}'");
        }
    });

    /// <summary>What to add to the command.</summary>
    public Symbol Symbol => option;

    /// <summary>What was given; unspecified when nothing was.</summary>
    public NodeFailurePolicy Read(ParseResult given) => given.GetValue(option) switch
    {
        "partial" => NodeFailurePolicy.Partial,
        "abort" => NodeFailurePolicy.Abort,
        _ => NodeFailurePolicy.Unspecified,
    };
}
