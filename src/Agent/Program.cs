using System.CommandLine;
using Cairn.Agent.Hosting;
using Cairn.Shared.Errors;

var config = new Option<string>("--config") { Description = "The configuration file.", Required = true };
var check = new Option<bool>("--check-config")
{
    Description = "Print everything that is wrong with the configuration, or 'configuration ok', and end.",
};
var command = new RootCommand("The Cairn agent: backs up and restores the database instances of this host.") { config, check };
command.SetAction((parsed, cancellationToken) => AgentProgram.RunAsync(
    parsed.GetValue(config)!,
    checkOnly: parsed.GetValue(check),
    BuildEngines.With,
    Console.Out,
    Console.Error,
    cancellationToken));
var arguments = command.Parse(args);
var exitCode = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? (int)ExitClass.Usage : exitCode;
