using System.Diagnostics;

namespace Cairn.Bench.Repository;

/// <summary>Runs a peer's command line and waits for it; a failure ends the benchmark.</summary>
internal static class ShellCommand
{
    public static async Task RunAsync(string command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash") { ArgumentList = { "-c", "set -o pipefail; " + command } })!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}");
        }
    }
}
