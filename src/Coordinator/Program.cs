using System.CommandLine;
using Cairn.Coordinator.Service;
using Cairn.Shared.Security;

var config = new Option<FileInfo>("--config")
{
    Description = "The coordinator's configuration file.",
    Required = true,
};
var checkOnly = new Option<bool>("--check-config")
{
    Description = "Print everything that is wrong with the configuration, and end.",
};
var insecure = new Option<bool>("--insecure")
{
    Description = "Serve plain text, on loopback only, and take everybody there for an admin.",
};
var restore = new Option<FileInfo?>("--restore-ca")
{
    Description = "Bring the certificate authority back from a file that 'cairn ca backup' wrote, and end.",
    HelpName = "FILE",
};
var passphrase = new Option<FileInfo?>("--passphrase-file")
{
    Description = $"The file with its passphrase (else ${Passphrase.Variable}, else it is asked for).",
    HelpName = "FILE",
};
var command = new RootCommand("The Cairn coordinator: clusters, backups, restores and jobs.") 
{
    config, checkOnly, insecure, restore, passphrase,
};
command.SetAction((arguments, cancellationToken) => arguments.GetValue(restore) is { } file
    ? CoordinatorProgram.RestoreAuthorityAsync(
        arguments.GetRequiredValue(config).FullName, file.FullName, arguments.GetValue(passphrase)?.FullName)
    : CoordinatorProgram.RunAsync(
        arguments.GetRequiredValue(config).FullName,
        arguments.GetValue(checkOnly),
        arguments.GetValue(insecure),
        cancellationToken));

// Longer than a stop may take: running jobs are left where they are, and watchers are told to come back.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) };
return await command.Parse(args).InvokeAsync(invocation);
