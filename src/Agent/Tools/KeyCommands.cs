using System.CommandLine;
using System.Globalization;
using Cairn.Agent.Configuration;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary><c>cairn-agent repository key …</c>: the slots that open an encrypted repository. Works beside an agent that runs.</summary>
internal static class KeyCommands
{
    /// <summary>The commands.</summary>
    public static Command Create(Option<string> config) => new("key", "The passphrases and key files that open an encrypted repository.")
    {
        List(config),
        Add(config),
        Rotate(config),
        Remove(config),
    };

    private static Command List(Option<string> config)
    {
        var command = new Command("list", "Show all slots.");
        command.SetAction(RepositoryTool.Action(config, async (tool, _, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            var keyring = Require(repository);
            foreach (var slot in keyring.List())
            {
                await tool.Output.WriteLineAsync(Line(slot, isOurs: slot.Number == keyring.OpenedWith));
            }
        }));
        return command;
    }

    private static Command Add(Option<string> config)
    {
        var key = new NewKeyOptions();
        var command = new Command("add", "Let another passphrase or key file open the repository.");
        key.AddTo(command);
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            using var added = key.Read(parsed);
            var slot = Require(repository).Add(added, key.LabelOf(parsed));
            await tool.Output.WriteLineAsync(Line(slot, isOurs: false));
        }));
        return command;
    }

    private static Command Rotate(Option<string> config)
    {
        var key = new NewKeyOptions();
        var number = new Argument<uint?>("SLOT")
        {
            Description = "The slot to replace; without it the one that the configured key opens.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("rotate", "Replace a slot by one with another passphrase or key file.") { number };
        key.AddTo(command);
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            using var added = key.Read(parsed);
            var keyring = Require(repository);
            var old = parsed.GetValue(number) ?? keyring.OpenedWith;
            var slot = keyring.Rotate(old, added, key.LabelOf(parsed));
            await tool.Output.WriteLineAsync(Line(slot, isOurs: false));
            await tool.Output.WriteLineAsync($"slot {old} opens nothing any more");
            if (old == keyring.OpenedWith)
            {
                await tool.Output.WriteLineAsync("name the new key under 'encryption' in the agent's configuration before the agent starts again");
            }
        }));
        return command;
    }

    private static Command Remove(Option<string> config)
    {
        var number = new Argument<uint>("SLOT") { Description = "The slot's number." };
        var command = new Command("remove", "Let a passphrase or key file open the repository no more; never the last one.") { number };
        command.SetAction(RepositoryTool.Action(config, async (tool, parsed, cancellationToken) =>
        {
            await using var repository = await tool.OpenAsync(readOnly: true, cancellationToken);
            Require(repository).Remove(parsed.GetValue(number));
            await tool.Output.WriteLineAsync($"slot {parsed.GetValue(number)} opens nothing any more");
        }));
        return command;
    }

    private static RepositoryKeyring Require(INodeRepository repository) => repository.Keys ?? throw new CairnException(
        ErrorCode.RepositoryKey,
        $"{repository.Path} is not encrypted, so it has no keys",
        "an encrypted repository is made in an empty directory, with 'encryption' in the agent's configuration",
        subject: repository.Path);

    private static string Line(KeySlotInfo slot, bool isOurs) => string.Create(
        CultureInfo.InvariantCulture,
        $"{slot.Number,4}  {Kind(slot),-10}  {slot.Created,20:u}  {State(slot)}{(isOurs ? ", in use" : "")}  {UnixPath.Show(slot.Label)}").TrimEnd();

    private static string Kind(KeySlotInfo slot) => slot.Kind switch
    {
        RepositoryKeyKind.Passphrase => "passphrase",
        RepositoryKeyKind.KeyFile => "key file",
        _ => "-",
    };

    private static string State(KeySlotInfo slot) =>
        slot.Damage is { } damage ? $"damaged: {damage}"
        : slot.Removed is { } removed ? string.Create(CultureInfo.InvariantCulture, $"removed {removed:u}")
        : "opens the repository";

    /// <summary>The options that name a new key.</summary>
    private sealed class NewKeyOptions
    {
        private readonly Option<string> passphraseFile = new("--new-passphrase-file") { Description = "A file that holds the new passphrase." };
        private readonly Option<string> passphraseVariable = new("--new-passphrase-variable") { Description = "An environment variable that holds it." };
        private readonly Option<string> keyFile = new("--new-key-file") { Description = "A new key file of 32 random bytes." };
        private readonly Option<string> label = new("--label") { Description = "A word for the slot.", DefaultValueFactory = _ => "" };

        public void AddTo(Command command)
        {
            command.Options.Add(passphraseFile);
            command.Options.Add(passphraseVariable);
            command.Options.Add(keyFile);
            command.Options.Add(label);
        }

        public string LabelOf(ParseResult parsed) => parsed.GetValue(label)!;

        public RepositoryKey Read(ParseResult parsed)
        {
            var problems = new List<string>();
            var source = KeySource.From(
                new EncryptionOptions
                {
                    PassphraseFile = FullPath(parsed.GetValue(passphraseFile)),
                    PassphraseVariable = parsed.GetValue(passphraseVariable) ?? "",
                    KeyFile = FullPath(parsed.GetValue(keyFile)),
                },
                "new key",
                problems);
            return problems.Count == 0 && source is not null ? source.Read() : throw new CairnException(
                ErrorCode.InvalidRequest,
                problems.Count == 0 ? "no new key was named" : string.Join("; ", problems),
                "give one of --new-passphrase-file, --new-passphrase-variable, --new-key-file");
        }

        private static string FullPath(string? path) => string.IsNullOrEmpty(path) ? "" : Path.GetFullPath(path);
    }
}
