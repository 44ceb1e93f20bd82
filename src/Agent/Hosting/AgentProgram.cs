using System.Net.Sockets;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Identity;
using Cairn.Agent.Registration;
using Cairn.Agent.Restore;
using Cairn.Shared.Errors;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Agent.Hosting;

/// <summary>The agent's life as a process: configuration, start, the line that says it is ready, stop.</summary>
internal static class AgentProgram
{
    /// <summary>Runs until it is told to stop; returns the exit code.</summary>
    public static async Task<int> RunAsync(
        string configurationPath,
        bool checkOnly,
        bool insecure,
        Func<EngineLimits, EngineCatalog> engines,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
    {
        var report = await new AgentConfiguration(engines, insecure).LoadAsync(configurationPath, cancellationToken);
        if (checkOnly)
        {
            foreach (var problem in report.All)
            {
                await output.WriteLineAsync(problem);
            }

            if (report.All.Count == 0)
            {
                await output.WriteLineAsync("configuration ok");
            }

            return (int)(report.All.Count == 0 ? ExitClass.Done : ExitClass.Usage);
        }

        foreach (var problem in report.All)
        {
            await errors.WriteLineAsync($"cairn-agent: {problem}");
        }

        if (report.Settings is not { } settings)
        {
            await errors.WriteLineAsync($"cairn-agent: mend {configurationPath}, then check it with --check-config");
            return (int)ExitClass.Usage;
        }

        try
        {
            await ServeAsync(settings, output, errors, cancellationToken);
            return (int)ExitClass.Done;
        }
        catch (CairnException failure)
        {
            await errors.WriteLineAsync($"cairn-agent: {failure.Message}");
            await errors.WriteLineAsync($"  way out: {failure.WayOut}");
            await errors.WriteLineAsync($"  code: {failure.Code.WireName()}");
            return (int)failure.Code.ExitClass();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SocketException)
        {
            // The port is taken or not for this user, or the state directory cannot be written.
            await errors.WriteLineAsync($"cairn-agent: {failure.Message}");
            return (int)ExitClass.Failed;
        }
    }

    private static async Task ServeAsync(
        AgentSettings settings, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!settings.Insecure)
        {
            await SelfEnrolment.EnsureAsync(settings, TimeProvider.System, errors, cancellationToken);
        }

        await using var application = AgentHost.Build(settings, TimeProvider.System, new NoHook());
        await application.StartAsync(cancellationToken);
        var bound = application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        application.Services.GetRequiredService<BoundAddress>().Set(
            settings.Advertise is { } advertised ? $"{new Uri(bound).Scheme}://{advertised}" : bound);
        await output.WriteLineAsync($"cairn-agent {settings.Node} listening on {new Uri(bound).Authority}");
        await output.FlushAsync(cancellationToken);
        await application.WaitForShutdownAsync(cancellationToken);
    }
}
