using System.Diagnostics;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Tools;

/// <summary>Runs <c>cairn-agent</c> as a process to its end.</summary>
internal static class AgentCommandLine
{
    /// <summary>Runs it, expects the exit code, and returns all that it printed.</summary>
    public static string Run(int exitCode, params string[] words)
    {
        var start = new ProcessStartInfo(Checkout.Program("src/Agent", "cairn-agent"), words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        Assert.True(process.ExitCode == exitCode, $"'{string.Join(' ', words)}' ended with {process.ExitCode}: {output}");
        return output;
    }
}
