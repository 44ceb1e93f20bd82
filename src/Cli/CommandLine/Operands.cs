using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cairn.Cli.CommandLine;

/// <summary>The operands and options that several commands share.</summary>
internal static class Operands
{
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

    private static bool IsGiven(CommandResult result, Option<bool> option) =>
        result.GetResult(option) is { Implicit: false } given && given.GetValueOrDefault<bool>();
}
