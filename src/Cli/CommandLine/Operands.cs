using System.CommandLine;
using System.CommandLine.Parsing;
using Cairn.Shared.Errors;

namespace Cairn.Cli.CommandLine;

/// <summary>The operands that many commands share. A cluster's name can be left out when there is only one.</summary>
internal static class Operands
{
    /// <summary><c>[CLUSTER]</c></summary>
    public static Argument<string?> Cluster() => new("cluster")
    {
        Description = "the cluster; may be left out when there is only one",
        HelpName = "[CLUSTER]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary><c>[CLUSTER] POINT</c>: the last is the point.</summary>
    public static Argument<string[]> ClusterAndPoint() => new("point")
    {
        Description = "the cluster (may be left out when there is only one), and the point: its id, a unique "
            + "beginning of it, or 'latest'",
        HelpName = "[CLUSTER] POINT",
        Arity = new ArgumentArity(0, 2),
    };

    /// <summary><c>JOB</c></summary>
    public static Argument<string> Job() => new("job")
    {
        Description = "the job's id or a unique beginning of it",
        HelpName = "JOB",
    };

    /// <summary>Whether to stay until the job has ended.</summary>
    public static Option<bool> Wait() => new("--wait")
    {
        Description = "wait until the job has ended (the default)",
    };

    /// <summary>Whether to return at once.</summary>
    public static Option<bool> NoWait() => new("--no-wait") { Description = "return as soon as the job has begun" };

    /// <summary>Refuses both of two options that contradict each other.</summary>
    public static void RefuseBoth(this Command command, Option<bool> one, Option<bool> other) =>
        command.Validators.Add(result =>
        {
            if (IsGiven(result, one) && IsGiven(result, other))
            {
                result.AddError($"{one.Name} and {other.Name} contradict each other");
            }
        });

    /// <summary>Takes the values of <see cref="ClusterAndPoint"/> apart.</summary>
    /// <exception cref="CairnException">There are none; the parser's own message would not say what is missing.</exception>
    public static (string? Cluster, string Point) Split(string[]? values) => values switch
    {
        [var point] => (null, point),
        [var cluster, var point] => (cluster, point),
        _ => throw new CairnException(
            ErrorCode.InvalidRequest,
            "the point is missing: its id, a unique beginning of it, or 'latest'",
            "'cairn backup list' lists them"),
    };

    private static bool IsGiven(CommandResult result, Option<bool> option) =>
        result.GetResult(option) is { Implicit: false } given && given.GetValueOrDefault<bool>();
}
