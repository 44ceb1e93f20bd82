using System.Diagnostics;
using System.Reflection;

namespace Interop.Peers;

/// <summary>A script of the peers' directory, run as a process of its own.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private readonly Process process;

    private PeerProcess(Process process) => this.process = process;

    private static string Directory { get; } = typeof(PeerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "PeersDirectory").Value!;

    public static PeerProcess Node(string script, params string[] arguments)
    {
        EnsureInstalled("node_modules");
        return Start("node", [script, .. arguments]);
    }

    /// <summary>By the system's own Python: another one on the path does not see its packages.</summary>
    public static PeerProcess Python(string script, params string[] arguments)
    {
        EnsureInstalled("generated");
        return Start("/usr/bin/python3", ["-B", script, .. arguments]);
    }

    /// <summary>The first line that the script prints.</summary>
    public async Task<string> ReadLineAsync()
    {
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        return line ?? throw new InvalidOperationException("The peer ended: " + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>Waits for the end of the script; its exit code and what it printed to both outputs.</summary>
    public async Task<(int ExitCode, string Output)> RunToEndAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Ends the script with a signal that it cannot handle; done when it is gone.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private static void EnsureInstalled(string part)
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, part)))
        {
            throw new InvalidOperationException("The peers are not installed: run tests/Interop/install-peers.sh first.");
        }
    }

    private static PeerProcess Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new PeerProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started."));
    }
}
