using System.CommandLine;
using Cairn.Agent.Tools;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Recovery;

/// <summary>The operands and options that a plan and a run of a recovery have in common.</summary>
internal sealed class RecoveryWish
{
    private readonly Argument<string> point = PointArgument.Make();
    private readonly Option<string[]> instances = new("--instance")
    {
        Description = "Without --config: an instance of the point and the database's own configuration file on this host; repeated.",
        HelpName = "NAME=FILE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> state = new("--state")
    {
        Description = $"Without --config: where to remember what was done ({RecoverySetup.StandardState} by default).", HelpName = "DIR",
    };

    private readonly Option<string[]> caveats = new("--accept-caveat")
    {
        Description = "Accept what is not promised, by the caveat's name; repeated.", HelpName = "NAME", DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> parameters = new("--parameter")
    {
        Description = "A word for the engine, as its page lists them; repeated.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> withMetadata = new("--with-metadata") { Description = "Put the cluster's metadata in place here." };
    private readonly Option<bool> withoutMetadata = new("--without-metadata") { Description = "Move this node's metadata aside, and leave none." };
    private readonly Option<bool> stop = new("--stop") { Description = "Stop what runs first, with the commands of the configuration." };
    private readonly Option<bool> start = new("--start") { Description = "Start the instances afterwards, likewise." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(point);
        foreach (var option in (Option[])[instances, state, caveats, parameters, withMetadata, withoutMetadata, stop, start])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The point as it was named.</summary>
    public string PointOf(ParseResult parsed) => parsed.GetValue(point)!;

    /// <summary>The state directory; null when none was named.</summary>
    public string? StateOf(ParseResult parsed) => parsed.GetValue(state) is { } path ? Path.GetFullPath(path) : null;

    /// <summary>Configuration files by instance.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public IReadOnlyDictionary<string, string> InstancesOf(ParseResult parsed)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var given in parsed.GetValue(instances)!)
        {
            if (given.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } file] || !files.TryAdd(name, file))
            {
                throw new CairnException(
                    ErrorCode.InvalidRequest, $"--instance {given} is not NAME=FILE, or names an instance twice", "e.g. --instance db1=/etc/db/db.conf");
            }
        }

        return files;
    }

    /// <summary>What is accepted and wanted.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public RecoveryTerms TermsOf(ParseResult parsed)
    {
        var (with, without) = (parsed.GetValue(withMetadata), parsed.GetValue(withoutMetadata));
        return with && without
            ? throw new CairnException(ErrorCode.InvalidRequest, "--with-metadata and --without-metadata exclude each other", "give one of them, or none")
            : new RecoveryTerms(
                parsed.GetValue(caveats)!,
                with ? true : without ? false : null,
                parsed.GetValue(stop),
                parsed.GetValue(start),
                [.. parsed.GetValue(parameters)!.Select(Parameter)]);
    }

    private static EngineParameter Parameter(string given) => given.Split('=', 2) is [{ Length: > 0 } name, var value]
        ? new EngineParameter { Name = name, Value = value }
        : throw new CairnException(ErrorCode.InvalidRequest, $"--parameter {given} is not NAME=VALUE", "the engine's page lists what it takes");
}
