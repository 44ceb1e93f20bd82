using System.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Shared.Errors;

namespace Cairn.Cli.CommandLine;

/// <summary>
/// Gives every command its connection, its console and the one edge at which failures become messages and exit codes.
/// </summary>
internal sealed class CommandHost(CliConsole console, TimeProvider time, CliEnvironment environment)
{
    /// <summary>What shells use for a program that was interrupted: 128 + SIGINT.</summary>
    public const int InterruptedExitCode = 130;

    /// <summary>Where standard output and error go.</summary>
    public CliConsole Console => console;

    /// <summary>Names the coordinator for one command.</summary>
    public Option<string?> Coordinator { get; } = new("--coordinator")
    {
        Description = $"the coordinator's address (else ${CliEnvironment.CoordinatorVariable}, else the credentials')",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>Names the credential file.</summary>
    public Option<string?> Credentials { get; } = new("--credentials")
    {
        Description = $"who asks (else ${CliEnvironment.CredentialsVariable}, else ~/.config/cairn/credentials.yaml)",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Asks for plain text.</summary>
    public Option<bool> Insecure { get; } = new("--insecure")
    {
        Description = "plain text, on loopback only, to a coordinator that was started with --insecure",
        Recursive = true,
    };

    /// <summary>Chooses between tables and JSON.</summary>
    public Option<string> Output { get; } = MakeOutput();

    /// <summary>Makes a command that asks the coordinator.</summary>
    public Command Command(
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<Invocation, ParseResult, CancellationToken, Task<ExitClass>> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    command.Add(argument);
                    break;
                case Option option:
                    command.Add(option);
                    break;
                default:
                    throw new ArgumentException($"'{symbol.Name}' is neither an argument nor an option", nameof(symbols));
            }
        }

        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, run, cancellationToken));
        return command;
    }

    /// <summary>The format asked for; text while the command line is not understood.</summary>
    public OutputFormat FormatOf(ParseResult arguments) =>
        arguments.GetResult(Output) is { Errors: var errors } result
            && !errors.Any()
            && result.GetValueOrDefault<string>() == "json"
            ? OutputFormat.Json
            : OutputFormat.Text;

    private async Task<int> RunAsync(
        ParseResult arguments,
        Func<Invocation, ParseResult, CancellationToken, Task<ExitClass>> run,
        CancellationToken cancellationToken)
    {
        var format = FormatOf(arguments);
        try
        {
            using var coordinator = CoordinatorSession.Connect(
                environment,
                arguments.GetValue(Coordinator),
                arguments.GetValue(Credentials),
                arguments.GetValue(Insecure),
                time);
            var invocation = new Invocation(coordinator, console, format, time);
            return (int)await run(invocation, arguments, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return InterruptedExitCode;
        }
        catch (CairnException failure)
        {
            FailureView.Print(console, format, failure.ToDetail(), failure.Code.ExitClass());
            return (int)failure.Code.ExitClass();
        }
        catch (Exception failure)
        {
            var defect = new CairnException(
                ErrorCode.Internal,
                $"{failure.GetType().Name}: {failure.Message}",
                "this is a defect of the command line; what it asked for may have been done, 'cairn job list' tells");
            FailureView.Print(console, format, defect.ToDetail(), ExitClass.Failed);
            return (int)ExitClass.Failed;
        }
    }

    private static Option<string> MakeOutput()
    {
        var option = Choice.Of("--output", ["-o"], "text for people, json for scripts", "text", "json");
        option.Recursive = true;
        return option;
    }
}
