using System.CommandLine;
using Cairn.Coordinator.Service;

var config = new Option<FileInfo>("--config")
{
    Description = "The coordinator's configuration file.",
    Required = true,
};
var checkOnly = new Option<bool>("--check-config")
{
    Description = "Print everything that is wrong with the configuration, and end.",
};
var command = new RootCommand("The Cairn coordinator: clusters, backups, restores and jobs.") { config, checkOnly };
command.SetAction((arguments, cancellationToken) => CoordinatorProgram.RunAsync(
    arguments.GetRequiredValue(config).FullName, arguments.GetValue(checkOnly), cancellationToken));

// Longer than a stop may take: running jobs are left where they are, and watchers are told to come back.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) };
return await command.Parse(args).InvokeAsync(invocation);
