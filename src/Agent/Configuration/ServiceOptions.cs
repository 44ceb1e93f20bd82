namespace Cairn.Agent.Configuration;

/// <summary>
/// Commands of one instance, each a list: the program's absolute path, then its arguments. They run without a shell, as the agent's
/// user, with a small environment of their own, and must return: a database that they start is the service manager's child.
/// </summary>
public sealed class ServiceOptions
{
    /// <summary>Stops the instance, e.g. <c>[/usr/bin/systemctl, stop, ts-server]</c>. Empty: the agent cannot stop it.</summary>
    public List<string> Stop { get; set; } = [];

    /// <summary>Starts it. Empty: the agent cannot start it.</summary>
    public List<string> Start { get; set; } = [];

    /// <summary>Ends with 0 once it serves. Empty: it counts as started when its processes are seen.</summary>
    public List<string> Check { get; set; } = [];

    /// <summary>
    /// How long each command may take, and how long the instance may take after it to be stopped or to serve. Default 120 s. A larger
    /// value makes a job wait longer for a database that hangs.
    /// </summary>
    public int LimitSeconds { get; set; } = 120;

    /// <summary>What is wrong, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (key, words) in new[] { ("stop", Stop), ("start", Start), ("check", Check) })
        {
            if (ProblemOf(words) is { } problem)
            {
                yield return $"commands.{key}: {problem}";
            }
        }

        if (LimitSeconds is < 1 or > 3600)
        {
            yield return $"commands.limit-seconds: {LimitSeconds} is not from 1 to 3600";
        }
    }

    /// <summary>What is wrong with the words of a command; null when nothing is, or there are none.</summary>
    public static string? ProblemOf(IReadOnlyList<string> words) =>
        words.Count > 0 && (!Path.IsPathFullyQualified(words[0]) || !File.Exists(words[0]))
            ? $"'{words[0]}' is not the absolute path of a program"
            : null;
}
