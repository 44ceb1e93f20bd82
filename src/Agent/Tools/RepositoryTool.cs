using System.CommandLine;
using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Hosting;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary>
/// What a command on this host's repository needs: the checked configuration, the place to print to, and the edge at which failures become a sentence and an
/// exit code.
/// </summary>
internal sealed class RepositoryTool(AgentSettings settings, TextWriter output)
{
    /// <summary>The checked configuration.</summary>
    public AgentSettings Settings { get; } = settings;

    /// <summary>Where results go.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>An action for a command: reads the configuration that <paramref name="config"/> names, and runs.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Action(
        Option<string> config, Func<RepositoryTool, ParseResult, CancellationToken, Task> run) => (parsed, cancellationToken) =>
        RunAsync(parsed.GetValue(config)!, (tool, token) => run(tool, parsed, token), Console.Out, Console.Error, cancellationToken);

    /// <summary>Runs, and returns the exit code.</summary>
    public static async Task<int> RunAsync(
        string configurationPath,
        Func<RepositoryTool, CancellationToken, Task> run,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
    {
        // Nothing listens or calls here, so that it does not matter whether the addresses are those of an agent with or without certificates.
        var report = await new AgentConfiguration(BuildEngines.With, insecure: false).LoadAsync(configurationPath, cancellationToken);
        if (report.Settings is null && await new AgentConfiguration(BuildEngines.With, insecure: true).LoadAsync(configurationPath, cancellationToken) is { Settings: not null } plain)
        {
            report = plain;
        }

        if (report.Settings is not { } settings)
        {
            foreach (var problem in report.All)
            {
                await errors.WriteLineAsync($"cairn-agent: {problem}");
            }

            return (int)ExitClass.Usage;
        }

        try
        {
            await run(new RepositoryTool(settings, output), cancellationToken);
            return (int)ExitClass.Done;
        }
        catch (RepositoryException failure)
        {
            return await PrintAsync(RepositoryFailures.TranslateOpening(failure), errors);
        }
        catch (CairnException failure)
        {
            return await PrintAsync(failure, errors);
        }
    }

    /// <summary>Opens the repository with the key that the configuration names; read-only works beside an agent that runs.</summary>
    public async Task<INodeRepository> OpenAsync(bool readOnly, CancellationToken cancellationToken)
    {
        using var key = Settings.RepositoryKey?.Read();
        return await LocalRepository.OpenOrCreateAsync(
            Settings.RepositoryPath,
            new RepositoryOptions { ReadOnly = readOnly, MaxPackBytes = Settings.MaxPackBytes, Key = key },
            cancellationToken);
    }

    private static async Task<int> PrintAsync(CairnException failure, TextWriter errors)
    {
        await errors.WriteLineAsync($"cairn-agent: {failure.Message}");
        await errors.WriteLineAsync($"  way out: {failure.WayOut}");
        await errors.WriteLineAsync($"  code: {failure.Code.WireName()}");
        return (int)failure.Code.ExitClass();
    }
}
