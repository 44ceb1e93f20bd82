using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;

return await CairnCommand.RunAsync(
    args,
    CliConsole.OfProcess(),
    TimeProvider.System,
    CliEnvironment.OfProcess(),
    CancellationToken.None);
