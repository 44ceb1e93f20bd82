using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Jobs;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Restores;

/// <summary><c>cairn restore plan|run|undo|discard</c></summary>
internal static class RestoreCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("restore", "bring a cluster back to a backup point")
    {
        Plan(host),
        Run(host),
        RestoreAftermathCommands.Undo(host),
        RestoreAftermathCommands.Discard(host),
    };

    /// <summary>Skips the question.</summary>
    public static Option<bool> Yes(string description) => new("--yes", "-y") { Description = description };

    private static Command Plan(CommandHost host)
    {
        var operand = new PointOperand();
        var caveats = Caveats();
        var services = new ServiceOptions();
        var map = Map();
        var online = new OnlineOptions();
        var words = Words();
        return host.Command(
            "plan",
            "check on every node whether a restore is possible and say what it would do; changes nothing",
            [.. operand.Symbols, caveats, map, .. online.Symbols, .. services.Symbols, .. words.Symbols],
            async (run, given, token) =>
            {
                var plan = await AskPlanAsync(run, await RequestAsync(run, given, operand, caveats, services, map, online, words, token), token);
                run.Print(plan, () => RestorePlanView.Show(plan));
                return plan.Possible ? ExitClass.Done : ReportObstacles(run, plan);
            });
    }

    private static Command Run(CommandHost host)
    {
        var operand = new PointOperand();
        var caveats = Caveats();
        var services = new ServiceOptions();
        var map = Map();
        var online = new OnlineOptions();
        var words = Words();
        var seen = SeenPlan();
        var yes = Yes("do not ask; needed where there is no terminal");
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        var command = host.Command(
            "run",
            "replace the data of all nodes by those of a backup point, the old data are kept beside; or bring objects back into a cluster that runs",
            [.. operand.Symbols, caveats, map, .. online.Symbols, .. services.Symbols, .. words.Symbols, seen, yes, wait, noWait],
            async (run, given, token) =>
            {
                var request = await RequestAsync(run, given, operand, caveats, services, map, online, words, token);
                if (given.GetValue(seen) is { } hash)
                {
                    request.PlanHash = hash;
                }
                else
                {
                    var plan = await AskPlanAsync(run, request, token);
                    if (run.IsText)
                    {
                        run.Console.Show(RestorePlanView.Summarize(plan));
                        if (!plan.Possible)
                        {
                            return ReportObstacles(run, plan);
                        }
                    }

                    // What was planned is what runs, also when a newer point has become the latest meanwhile. A script that
                    // cannot see the plan gets a job all the same: it makes the same checks and says what stands in the way.
                    request.Point = plan.Point?.PointId is { Length: > 0 } id ? id : request.Point;
                    request.PlanHash = plan.PlanHash;
                }

                if (!given.GetValue(yes))
                {
                    await Confirmation.RequireAsync(
                        run.Console,
                        request.Online
                            ? $"This brings objects back into {request.Cluster}, which runs"
                            : $"This replaces the data of all nodes of {request.Cluster}",
                        request.Cluster,
                        token);
                }

                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.RunRestoreAsync(request, options), CoordinatorSession.PlanLimit, token);
                return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
            });
        command.RefuseBoth(wait, noWait);
        return command;
    }

    /// <summary>Names a plan that was looked at before.</summary>
    public static Option<string?> SeenPlan() => new("--plan")
    {
        Description = "run only the plan of this hash, as it was shown before; a changed one is refused (else it is made now)",
        HelpName = "HASH",
    };

    private static async Task<RestoreRequest> RequestAsync(
        Invocation run,
        ParseResult given,
        PointOperand operand,
        Option<string[]> caveats,
        ServiceOptions services,
        Option<string[]> map,
        OnlineOptions online,
        EngineWords words,
        CancellationToken token)
    {
        var (cluster, point) = await operand.ResolveAsync(run, given, token);
        var request = new RestoreRequest
        {
            Cluster = cluster,
            Point = point,
            Stop = given.GetValue(services.Stop),
            Start = given.GetValue(services.Start),
            Online = given.GetValue(online.Online),
            Objects = { online.Objects.Read(given) },
            Parameters = { words.Given(given) },
        };
        request.AcceptedCaveats.Add(given.GetRequiredValue(caveats));
        request.Mappings.Add(given.GetRequiredValue(map).Select(Mapping));
        return request;
    }

    private static Task<RestorePlan> AskPlanAsync(Invocation run, RestoreRequest request, CancellationToken token) =>
        run.Coordinator.AskAsync(
            (client, options) => client.PlanRestoreAsync(request, options), CoordinatorSession.PlanLimit, token);

    /// <summary>Says on standard error what stands in the way; the first of it is how the command ends.</summary>
    private static ExitClass ReportObstacles(Invocation run, RestorePlan plan)
    {
        var obstacles = RestorePlanView.Obstacles(plan);
        if (obstacles.Count == 0)
        {
            obstacles = [new ErrorDetail
            {
                Code = ErrorCode.Internal.WireName(),
                Message = "the coordinator says that the restore is not possible, and names no check that failed",
                WayOut = "look into the coordinator's log",
            }];
        }

        var exit = FailureView.ExitOf(obstacles[0]);
        foreach (var obstacle in run.Format == OutputFormat.Json ? obstacles.Take(1) : obstacles)
        {
            FailureView.Print(run.Console, run.Format, obstacle, exit);
        }

        return exit;
    }

    private static EngineWords Words() => new(
        ("tablespace-mapping", "OLD=NEW", "put what lay in the directory OLD into NEW; repeated, and \\= stands for an equals sign"),
        ("port", "NUMBER", "the port of the restored server, when it is not to be the old one"));

    private static Option<string[]> Caveats() => new("--accept-caveat")
    {
        Description = "accept what the point does not promise, by the caveat's name; repeated",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    private static Option<string[]> Map() => new("--map")
    {
        Description = "the part of a node that is called otherwise now, or was replaced, goes to another; repeated",
        HelpName = "OLD=NEW",
        DefaultValueFactory = _ => [],
    };

    private static NodeMapping Mapping(string given) => given.Split('=') is [{ Length: > 0 } old, { Length: > 0 } now]
        ? new NodeMapping { OldNode = old, NewNode = now }
        : throw new CairnException(
            ErrorCode.InvalidRequest, $"--map {Printable.Line(given)} is not OLD=NEW", "name the point's node, then the cluster's: --map og1=og4");

    private sealed class OnlineOptions
    {
        public Option<bool> Online { get; } = new("--online")
        {
            Description = "bring objects back into the cluster while it runs, of a point made with 'backup run --objects'; they must have been dropped",
        };

        public ObjectsOption Objects { get; } = new("with --online: only these of the point's objects; * stands for any characters, ? for one (default: all)");

        public Symbol[] Symbols => [Online, Objects.Symbol];
    }

    private sealed class ServiceOptions
    {
        public Option<bool> Stop { get; } = new("--stop")
        {
            Description = "stop what runs first, with the commands of the agents' own configurations",
        };

        public Option<bool> Start { get; } = new("--start")
        {
            Description = "start the instances when the restored data are in place, likewise",
        };

        public Symbol[] Symbols => [Stop, Start];
    }
}
