using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Cairn.Bench.Rpc;

/// <summary>A server and a client of one implementation, each a process.</summary>
internal sealed record BenchPair(string Name, string Program, string[] Server, string[] Load)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static string Peers { get; } = typeof(BenchPair).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "PeersDirectory").Value!;

    public static IReadOnlyList<BenchPair> All { get; } =
    [
        new("ours", Environment.ProcessPath!, ["serve"], ["load"]),
        new("grpc_js", "node", [Path.Combine(Peers, "server.mjs")], [Path.Combine(Peers, "bench.mjs")]),
    ];

    public async Task<IReadOnlyDictionary<string, double>> RunAsync(int seconds, CancellationToken cancellationToken)
    {
        using var server = Start(Server);
        try
        {
            var line = await server.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(Limit, cancellationToken)
                ?? throw new InvalidOperationException($"The server of {Name} ended.");
            return await LoadAsync(line["PORT ".Length..], server.Id, seconds, cancellationToken);
        }
        finally
        {
            server.Kill();
        }
    }

    private async Task<IReadOnlyDictionary<string, double>> LoadAsync(
        string port, int serverProcess, int seconds, CancellationToken cancellationToken)
    {
        using var load = Start([.. Load, port, Text(serverProcess), Text(seconds)]);
        try
        {
            var figures = await load.StandardOutput.ReadToEndAsync(cancellationToken).WaitAsync(Limit, cancellationToken);
            await load.WaitForExitAsync(cancellationToken);
            return load.ExitCode == 0
                ? JsonSerializer.Deserialize<SortedDictionary<string, double>>(figures)!
                : throw new InvalidOperationException($"The client of {Name} ended with {load.ExitCode}.");
        }
        finally
        {
            if (!load.HasExited)
            {
                load.Kill();
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Process Start(string[] arguments) =>
        Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true })!;
}
