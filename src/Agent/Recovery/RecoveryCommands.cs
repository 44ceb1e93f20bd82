using System.CommandLine;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Restore;
using Cairn.Agent.Tools;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Recovery;

/// <summary>
/// <c>cairn-agent recover …</c>: brings one node back where there is no coordinator, from its repository and nothing else.
/// </summary>
internal sealed class RecoveryCommands(Func<EngineLimits, EngineCatalog> engines)
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    private readonly RecoveryChoice choice = new();
    private readonly RecoverySetup setup = new(engines);

    /// <summary>The command with all that is below it.</summary>
    public Command Create()
    {
        var command = new Command("recover", "Bring this host's node back from its repository, without a coordinator.")
        {
            PointCommands.List(run => RepositoryTool.Action(choice.Read, run)),
            UpkeepCommands.Verify(run => RepositoryTool.Action(choice.Read, run)),
            Plan(),
            Run(),
            Undo(),
            Discard(),
        };
        choice.AddTo(command);
        return command;
    }

    private Command Plan()
    {
        var wanted = new RecoveryWish();
        var json = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        json.AcceptOnlyFromAmong("text", "json");
        var command = new Command("plan", "Check whether a point can be put back here and say what that would do; changes nothing.") { json };
        wanted.AddTo(command);
        command.SetAction(RepositoryTool.Action(choice.Read, async (tool, parsed, cancellationToken) =>
        {
            var (point, options) = await PrepareAsync(tool, parsed, wanted, cancellationToken);
            var settings = await setup.CheckAsync(options, cancellationToken);
            await using var services = await RecoveryHost.BuildAsync(settings, TimeProvider.System, new NoHook(), cancellationToken);
            var plan = await services.GetRequiredService<OfflineRestore>().PlanAsync(point, wanted.TermsOf(parsed), cancellationToken);
            await PrintAsync(tool, parsed.GetValue(json) == "json" ? [Json.Format(plan)] : RecoveryPlanText.Lines(plan));
            if (RecoveryPlanText.Refusal(plan) is { } refusal)
            {
                throw refusal;
            }
        }));
        return command;
    }

    private Command Run()
    {
        var wanted = new RecoveryWish();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask; needed where there is no terminal." };
        var command = new Command("run", "Replace this node's data by those of a point; the old data are kept beside.") { yes };
        wanted.AddTo(command);
        command.SetAction(RepositoryTool.Action(choice.Read, async (tool, parsed, cancellationToken) =>
        {
            var (point, options) = await PrepareAsync(tool, parsed, wanted, cancellationToken);
            var settings = await setup.CheckAsync(options, cancellationToken);
            await using var services = await RecoveryHost.BuildAsync(settings, TimeProvider.System, new NoHook(), cancellationToken);
            var restore = services.GetRequiredService<OfflineRestore>();
            var (told, isInPlace) = await restore.FinishAsync(point, cancellationToken);
            await PrintAsync(tool, told);
            if (isInPlace)
            {
                await PrintAsync(tool, [$"restored: {point.Id} on {settings.Node}, as it had been begun"]);
                return;
            }

            var terms = wanted.TermsOf(parsed);
            var plan = await restore.PlanAsync(point, terms, cancellationToken);
            await PrintAsync(tool, RecoveryPlanText.Lines(plan));
            if (RecoveryPlanText.Refusal(plan) is { } refusal)
            {
                throw refusal;
            }

            await ConfirmAsync(tool, parsed.GetValue(yes), settings.Node, cancellationToken);
            var config = choice.ConfigOf(parsed) ?? RecoverySetup.Keep(options);
            var (jobId, swapped) = await restore.RunAsync(point, terms, new Progress<Progress>(), cancellationToken);
            await PrintAsync(tool, [
                "",
                .. swapped.Notes,
                .. swapped.Old.Select(old => $"the old {old.Name} is in {old.Path}"),
                $"restored: {point.Id} on {settings.Node}",
                .. point.Others.Count == 0
                    ? []
                    : (string[])[$"before any instance is started: bring {string.Join(", ", point.Others)} to the same point"],
                $"to go back:         cairn-agent recover undo --config {config} --restore {jobId}",
                $"to free the old:    cairn-agent recover discard --config {config} --restore {jobId}",
            ]);
        }));
        return command;
    }

    private Command Undo() => Aftermath(
        "undo",
        "Put the data that a restore moved aside back in place.",
        async (restore, wanted, token) => $"undone: restore {await restore.UndoAsync(wanted, token)}; what it had put in place is beside until it is discarded");

    private Command Discard() => Aftermath(
        "discard",
        "Remove the data that a restore moved aside, for good; or a stage that nobody will decide about.",
        async (restore, wanted, token) =>
        {
            var (jobId, freed) = await restore.DiscardAsync(wanted, token);
            return $"discarded: restore {jobId}; {ByteSize.Format(freed)} are free again";
        });

    private Command Aftermath(string name, string description, Func<OfflineRestore, string, CancellationToken, Task<string>> act)
    {
        var wanted = new Option<string>("--restore")
        {
            Description = "The restore's job; else the last one that it can be done to.", HelpName = "JOB", DefaultValueFactory = _ => "",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask; needed where there is no terminal." };
        var command = new Command(name, description) { wanted, yes };
        command.SetAction(RepositoryTool.Action(ReadWhole, async (tool, parsed, cancellationToken) =>
        {
            var settings = await setup.CheckAsync(ReadWhole(parsed, [])!, cancellationToken);
            await ConfirmAsync(tool, parsed.GetValue(yes), settings.Node, cancellationToken);
            await using var services = await RecoveryHost.BuildAsync(settings, TimeProvider.System, new NoHook(), cancellationToken);
            await PrintAsync(tool, [await act(services.GetRequiredService<OfflineRestore>(), parsed.GetValue(wanted)!, cancellationToken)]);
        }));
        return command;
    }

    private AgentOptions? ReadWhole(ParseResult parsed, ICollection<string> problems)
    {
        if (choice.ConfigOf(parsed) is null)
        {
            problems.Add($"name the configuration with --config FILE; a recovery without one has left it in its state directory as {RecoverySetup.FileName}");
            return null;
        }

        return choice.Read(parsed, problems);
    }

    private async Task<(RecoveryPoint Point, AgentOptions Options)> PrepareAsync(
        RepositoryTool tool, ParseResult parsed, RecoveryWish wanted, CancellationToken cancellationToken)
    {
        RecoveryPoint point;
        await using (var repository = await tool.OpenAsync(readOnly: true, cancellationToken))
        {
            var named = await PointArgument.ResolveAsync(repository, wanted.PointOf(parsed), cancellationToken);
            point = await RecoveryPoint.ReadAsync(repository, named.Point, cancellationToken);
        }

        // Read once already, so there is no problem with it.
        var options = choice.Read(parsed, [])!;
        return (point, setup.Complete(options, point, wanted.InstancesOf(parsed), wanted.StateOf(parsed)));
    }

    private static async Task ConfirmAsync(RepositoryTool tool, bool yes, string node, CancellationToken cancellationToken)
    {
        if (yes)
        {
            return;
        }

        if (Console.IsInputRedirected)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, "this needs to be confirmed, and there is no terminal to ask on; nothing was touched", "give --yes");
        }

        await tool.Output.WriteAsync($"\nThis replaces data of {node}. Type the node's name to go on: ");
        if ((await Console.In.ReadLineAsync(cancellationToken))?.Trim() != node)
        {
            throw new CairnException(ErrorCode.InvalidRequest, "that is not the node's name; nothing was touched", $"type {node}, or give --yes");
        }
    }

    private static async Task PrintAsync(RepositoryTool tool, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await tool.Output.WriteLineAsync(line);
        }
    }
}
