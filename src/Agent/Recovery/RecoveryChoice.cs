using System.CommandLine;
using Cairn.Agent.Configuration;
using Cairn.Shared.Configuration;

namespace Cairn.Agent.Recovery;

/// <summary>
/// What the operator of a recovery names: a configuration file if one is left, and in its place or over it the repository and its
/// key.
/// </summary>
internal sealed class RecoveryChoice
{
    private readonly Option<string?> config = Text("--config", "The agent's configuration file, if it is left.", "FILE");
    private readonly Option<string?> repository = Text("--repository", "The repository, instead of the configured one.", "DIR");
    private readonly Option<string?> passphraseFile = Text("--passphrase-file", "A file that holds the repository's passphrase.", "FILE");
    private readonly Option<string?> passphraseVariable = Text("--passphrase-variable", "An environment variable that holds it.", "NAME");
    private readonly Option<string?> keyFile = Text("--key-file", "The repository's key file.", "FILE");

    /// <summary>Adds the options to a command and all below it.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[config, repository, passphraseFile, passphraseVariable, keyFile])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The file's options with what the command line says over it; null when neither names a repository.</summary>
    public AgentOptions? Read(ParseResult parsed, ICollection<string> problems)
    {
        var options = parsed.GetValue(config) is { } file ? YamlFile.Read<AgentOptions>(file, problems) : new AgentOptions();
        if (options is null)
        {
            return null;
        }

        options.Repository = FullPath(parsed.GetValue(repository)) ?? options.Repository;
        if (options.Repository.Length == 0)
        {
            problems.Add("name the repository with --repository DIR, or the agent's configuration with --config FILE");
            return null;
        }

        if ((parsed.GetValue(passphraseFile) ?? parsed.GetValue(passphraseVariable) ?? parsed.GetValue(keyFile)) is not null)
        {
            options.Encryption = new EncryptionOptions
            {
                PassphraseFile = FullPath(parsed.GetValue(passphraseFile)) ?? "",
                PassphraseVariable = parsed.GetValue(passphraseVariable) ?? "",
                KeyFile = FullPath(parsed.GetValue(keyFile)) ?? "",
            };
        }

        return options;
    }

    /// <summary>The configuration file that was named; null for none.</summary>
    public string? ConfigOf(ParseResult parsed) => parsed.GetValue(config);

    private static Option<string?> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help, Recursive = true };

    private static string? FullPath(string? path) => string.IsNullOrEmpty(path) ? null : Path.GetFullPath(path);
}
