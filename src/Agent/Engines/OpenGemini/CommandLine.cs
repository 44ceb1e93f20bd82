using Cairn.Agent.Native;
using Cairn.Agent.Proofs;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>Recognises openGemini's processes by name and by the configuration file on their command line.</summary>
internal static class CommandLine
{
    private static readonly Dictionary<string, string[]> RolesByProgram = new(StringComparer.Ordinal)
    {
        ["ts-meta"] = [Roles.Meta],
        ["ts-store"] = [Roles.Store],
        ["ts-sql"] = [Roles.Sql],
        ["ts-server"] = [Roles.Meta, Roles.Store, Roles.Sql],
    };

    /// <summary>The roles that a process plays by its name; empty when it is not openGemini's.</summary>
    public static IReadOnlyList<string> RolesOf(ProcessEntry process) =>
        RolesByProgram.GetValueOrDefault(process.Program) ?? RolesByProgram.GetValueOrDefault(process.Name) ?? [];

    /// <summary>What stands behind <c>-config</c>, absolute; null when nothing does or it cannot be resolved.</summary>
    public static string? ConfigOf(ProcessEntry process, ProcessTable table)
    {
        var arguments = process.Arguments ?? [];
        string? value = null;
        for (var i = 1; i < arguments.Count && value is null; i++)
        {
            if (arguments[i] is "-config" or "--config")
            {
                value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            }
            else if (arguments[i].StartsWith("-config=", StringComparison.Ordinal)
                || arguments[i].StartsWith("--config=", StringComparison.Ordinal))
            {
                value = arguments[i][(arguments[i].IndexOf('=', StringComparison.Ordinal) + 1)..];
            }
        }

        if (string.IsNullOrEmpty(value) || Path.IsPathRooted(value))
        {
            return string.IsNullOrEmpty(value) ? null : value;
        }

        return table.WorkingDirectory(process.Id) is { } directory ? Path.GetFullPath(value, directory) : null;
    }

    /// <summary>True when two paths name the same file, through symbolic links too.</summary>
    public static bool SameFile(string one, string other) =>
        one == other || (NativeFiles.TryRealPath(one) is { } resolved && resolved == NativeFiles.TryRealPath(other));
}
