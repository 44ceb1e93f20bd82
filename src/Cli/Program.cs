using Cairn.Cli.CommandLine;
using Cairn.Cli.Terminal;

return await CairnCommand.RunAsync(
    args,
    CliConsole.OfProcess(),
    TimeProvider.System,
    Environment.GetEnvironmentVariable(CommandHost.CoordinatorVariable),
    CancellationToken.None);
