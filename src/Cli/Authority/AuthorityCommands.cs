using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Cli.Authority;

/// <summary><c>cairn ca backup</c></summary>
internal static class AuthorityCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("ca", "the coordinator's certificate authority")
    {
        Backup(host),
    };

    private static Command Backup(CommandHost host)
    {
        var file = new Argument<string>("file") { Description = "a file that is not there yet", HelpName = "FILE" };
        var passphraseFile = new Option<string?>("--passphrase-file")
        {
            Description = $"the file with the passphrase (else ${Passphrase.Variable}, else it is asked for)",
            HelpName = "FILE",
        };
        return host.Command(
            "backup", "write a sealed copy of the authority; with it a lost coordinator is replaced", [file, passphraseFile],
            async (run, given, token) =>
            {
                var path = given.GetRequiredValue(file);
                NewSecretFile.RequireAbsent(path);
                var passphrase = Passphrase.Find(given.GetValue(passphraseFile)) ?? AskTwice(run.Console);
                var answer = await run.Coordinator.CallAsync(
                    options => run.Coordinator.Identity.BackupAuthorityAsync(
                        new BackupAuthorityRequest { Passphrase = passphrase }, options),
                    CoordinatorSession.QuestionLimit,
                    token);
                NewSecretFile.Write(path, answer.Sealed);
                answer.Sealed = "";
                run.Print(answer, () => new Page()
                    .Line($"the authority {answer.AuthorityId} (SHA-256 {answer.AuthorityFingerprint}) is sealed in {path}")
                    .Line("keep it on another host, and its passphrase apart from it")
                    .ToView());
                return ExitClass.Done;
            });
    }

    private static string AskTwice(CliConsole console)
    {
        var prompt = console.Error.Profile.Out.Writer;
        var first = Passphrase.Ask(Console.In, prompt);
        return Passphrase.Ask(Console.In, prompt) == first
            ? first
            : throw new CairnException(ErrorCode.InvalidRequest, "the two passphrases are not the same", "type it again");
    }
}
