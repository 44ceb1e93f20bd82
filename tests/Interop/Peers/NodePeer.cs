using System.Diagnostics;
using System.Reflection;

namespace Interop.Peers;

/// <summary>A script of the peers' directory, run by Node as a process of its own.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private readonly Process process;

    private NodePeer(Process process) => this.process = process;

    private static string Directory { get; } = typeof(NodePeer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "PeersDirectory").Value!;

    public static NodePeer Start(string script, params string[] arguments)
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, "node_modules")))
        {
            throw new InvalidOperationException("The Node peers are not installed: run tests/Interop/install-peers.sh first.");
        }

        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new NodePeer(Process.Start(start) ?? throw new InvalidOperationException("Node could not be started."));
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
}
