using System.Diagnostics;

namespace Cairn.Root.Tests.Sites;

/// <summary>What root does by hand: mounts, owners.</summary>
internal static class Shell
{
    /// <summary>Runs a line of shell that must succeed; returns what it printed.</summary>
    public static string Run(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", line])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"'{line}' ended with {process.ExitCode}: {error}");
        return output.Trim();
    }
}
