using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Shared.Security.Certificates;

// It believes the authority of its credentials and no other.
SystemTrust.LeaveOut();
return await CairnCommand.RunAsync(
    args,
    CliConsole.OfProcess(),
    TimeProvider.System,
    CliEnvironment.OfProcess(),
    CancellationToken.None);
