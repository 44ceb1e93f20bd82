using System.CommandLine;
using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Tasks;
using Cairn.Repository;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary>
/// What a command on this host's repository needs: what the configuration says of it, the place to print to, and the edge at which failures become a sentence
/// and an exit code. Nothing else of the configuration has to be right: a repository is looked after also where the database or its files are gone.
/// </summary>
internal sealed class RepositoryTool(string node, string repositoryPath, KeySource? key, TextWriter output)
{
    /// <summary>This node's name.</summary>
    public string Node { get; } = node;

    /// <summary>The repository's directory, as configured.</summary>
    public string RepositoryPath { get; } = repositoryPath;

    /// <summary>Where results go.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>An action for a command: reads the configuration that <paramref name="config"/> names, and runs.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Action(
        Option<string> config, Func<RepositoryTool, ParseResult, CancellationToken, Task> run) =>
        Action((parsed, problems) => YamlFile.Read<AgentOptions>(parsed.GetValue(config)!, problems), run);

    /// <summary>As the other, for what the operator wrote in another way than a file.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Action(
        Func<ParseResult, ICollection<string>, AgentOptions?> read, Func<RepositoryTool, ParseResult, CancellationToken, Task> run) =>
        (parsed, cancellationToken) => RunAsync(
            problems => read(parsed, problems),
            (tool, token) => run(tool, parsed, token),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error,
            cancellationToken);

    /// <summary>Runs, and returns the exit code.</summary>
    public static async Task<int> RunAsync(
        Func<ICollection<string>, AgentOptions?> read,
        Func<RepositoryTool, CancellationToken, Task> run,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var tool = Make(read(problems), output, problems);
        if (tool is null || problems.Count > 0)
        {
            foreach (var problem in problems)
            {
                await errors.WriteLineAsync($"cairn-agent: {problem}");
            }

            return (int)ExitClass.Usage;
        }

        try
        {
            await run(tool, cancellationToken);
            return (int)ExitClass.Done;
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            return await PrintAsync(known, errors);
        }
    }

    /// <summary>Opens the repository with the key that the configuration names; read-only works beside an agent that runs. Never makes one.</summary>
    public async Task<INodeRepository> OpenAsync(bool readOnly, CancellationToken cancellationToken)
    {
        using var opening = key?.Read();
        var options = new RepositoryOptions { ReadOnly = true, Key = opening };
        try
        {
            var repository = await LocalRepository.OpenOrCreateAsync(RepositoryPath, options, cancellationToken);
            if (readOnly)
            {
                return repository;
            }

            await repository.DisposeAsync();
            return await LocalRepository.OpenOrCreateAsync(RepositoryPath, options with { ReadOnly = false }, cancellationToken);
        }
        catch (RepositoryException failure)
        {
            throw RepositoryFailures.TranslateOpening(failure);
        }
    }

    private static RepositoryTool? Make(AgentOptions? options, TextWriter output, List<string> problems)
    {
        if (options is null)
        {
            return null;
        }

        if (!Path.IsPathFullyQualified(options.Repository))
        {
            problems.Add($"repository: '{options.Repository}' is not an absolute path");
        }

        var key = KeySource.From(options.Encryption, "encryption", problems);
        return new RepositoryTool(options.Node, Path.TrimEndingDirectorySeparator(options.Repository), key, output);
    }

    private static async Task<int> PrintAsync(CairnException failure, TextWriter errors)
    {
        await errors.WriteLineAsync($"cairn-agent: {failure.Message}");
        await errors.WriteLineAsync($"  way out: {failure.WayOut}");
        await errors.WriteLineAsync($"  code: {failure.Code.WireName()}");
        return (int)failure.Code.ExitClass();
    }
}
