using System.Net.Sockets;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Microsoft.Extensions.Hosting;

namespace Cairn.Coordinator.Service;

/// <summary>The process from its arguments to its exit code: 0 done, 1 it could not start, 2 the configuration is wrong.</summary>
internal static class CoordinatorProgram
{
    /// <summary>Checks the configuration, and unless that was all, serves until the process is told to stop.</summary>
    public static async Task<int> RunAsync(string configPath, bool checkOnly, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var settings = ConfigurationReader.Read(configPath, problems);
        if (settings is null)
        {
            foreach (var problem in problems)
            {
                await Console.Error.WriteLineAsync(problem);
            }

            return (int)ExitClass.Usage;
        }

        if (checkOnly)
        {
            await Console.Out.WriteLineAsync("configuration ok");
            return (int)ExitClass.Done;
        }

        return await ServeAsync(settings, cancellationToken);
    }

    private static async Task<int> ServeAsync(CoordinatorSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = CoordinatorHost.Build(settings, TimeProvider.System);
            await app.StartAsync(cancellationToken);
            await Console.Out.WriteLineAsync($"cairn-coordinator listening on {CoordinatorHost.BoundTo(app)}");
            await app.WaitForShutdownAsync(cancellationToken);
            return (int)ExitClass.Done;
        }
        catch (CairnException failure)
        {
            await Console.Error.WriteLineAsync($"cairn-coordinator: {failure.Message}\n  way out: {failure.WayOut}");
            return (int)failure.Code.ExitClass();
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // Kestrel tells a taken port in the one way, and one that is not for this user in the other.
            await Console.Error.WriteLineAsync($"cairn-coordinator: cannot listen on {settings.Listen}: {failure.Message}");
            return (int)ExitClass.Failed;
        }
    }
}
