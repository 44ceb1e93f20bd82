using System.CommandLine;
using Cairn.V1;

namespace Cairn.Cli.CommandLine;

/// <summary>
/// Options that only the cluster's engine understands: those that have an option of their own here, and any other by
/// <c>--parameter NAME=VALUE</c>. Which there are, and what each means, stands on the engine's page; the agent refuses what its engine does not take.
/// </summary>
internal sealed class EngineWords
{
    private readonly Option<string[]> any = new("--parameter")
    {
        Description = "a word for the engine, as its page lists them; repeated",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly IReadOnlyList<Option<string[]>> named;

    /// <summary>With an option for each of <paramref name="words"/>: its name without the dashes, what it takes, and what it does.</summary>
    public EngineWords(params (string Name, string Takes, string Description)[] words)
    {
        named =
        [
            .. words.Select(word => new Option<string[]>($"--{word.Name}")
            {
                Description = word.Description,
                HelpName = word.Takes,
                DefaultValueFactory = _ => [],
            }),
        ];
        any.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--parameter takes NAME=VALUE, not '{token.Value}'");
            }
        });
    }

    /// <summary>The options, for the command.</summary>
    public IEnumerable<Symbol> Symbols => [.. named, any];

    /// <summary>What was given, in the order of the options.</summary>
    public IEnumerable<EngineParameter> Given(ParseResult given)
    {
        foreach (var option in named)
        {
            foreach (var value in given.GetRequiredValue(option))
            {
                yield return new EngineParameter { Name = option.Name.TrimStart('-'), Value = value };
            }
        }

        foreach (var pair in given.GetRequiredValue(any))
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            yield return new EngineParameter { Name = pair[..cut], Value = pair[(cut + 1)..] };
        }
    }
}
