using System.CommandLine;
using Cairn.Agent.Engines;
using Cairn.Agent.Hosting;
using Cairn.Agent.Identity;
using Cairn.Agent.Importing;
using Cairn.Agent.Recovery;
using Cairn.Agent.Tools;
using Cairn.Shared.Errors;

var config = new Option<string>("--config") { Description = "The configuration file.", Required = true };
var check = new Option<bool>("--check-config")
{
    Description = "Print everything that is wrong with the configuration, or 'configuration ok', and end.",
};
var insecure = new Option<bool>("--insecure")
{
    Description = "Serve plain text, on loopback only, and obey everybody there.",
};
var command = new RootCommand("The Cairn agent: backs up and restores the database instances of this host.")
{
    config,
    check,
    insecure,
    Enrolling("enrol", "Get this host its certificate from its coordinator, with a join token.", adopting: false),
    Enrolling("adopt", "Bind this agent to another coordinator from now on; by the owner of its state only.", adopting: true),
    DiscoverCommand.Create(BuildEngines.With),
    RepositoryCommands.Create(),
    ImportCommand.Create(),
    new RecoveryCommands(BuildEngines.With).Create(),
};
foreach (var tool in EngineRegistration.Tools(new ForeignRecovery(ToolSettings.LoadAsync, TimeProvider.System).RunAsync))
{
    command.Subcommands.Add(tool);
}

command.SetAction((parsed, cancellationToken) => AgentProgram.RunAsync(
    parsed.GetValue(config)!,
    checkOnly: parsed.GetValue(check),
    insecure: parsed.GetValue(insecure),
    BuildEngines.With,
    Console.Out,
    Console.Error,
    cancellationToken));
var arguments = command.Parse(args);
var exitCode = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? (int)ExitClass.Usage : exitCode;

static Command Enrolling(string name, string description, bool adopting)
{
    var config = new Option<string>("--config") { Description = "The configuration file.", Required = true };
    var token = new Option<string>("--token")
    {
        Description = "The file with the join token, or - to read it from standard input.",
        HelpName = "FILE|-",
        Required = true,
    };
    var command = new Command(name, description) { config, token };
    command.SetAction((parsed, cancellationToken) => EnrolmentCommand.RunAsync(
        parsed.GetValue(config)!,
        parsed.GetValue(token)!,
        adopting,
        BuildEngines.With,
        Console.In,
        Console.Out,
        Console.Error,
        cancellationToken));
    return command;
}
