using System.Net.Sockets;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Coordinator.Service;

/// <summary>The process from its arguments to its exit code: 0 done, 1 it could not start, 2 the configuration is wrong.</summary>
internal static class CoordinatorProgram
{
    /// <summary>Checks the configuration, and unless that was all, serves until the process is told to stop.</summary>
    public static async Task<int> RunAsync(
        string configPath, bool checkOnly, bool insecure, CancellationToken cancellationToken)
    {
        if (await ReadAsync(configPath, insecure) is not { } settings)
        {
            return (int)ExitClass.Usage;
        }

        if (checkOnly)
        {
            await Console.Out.WriteLineAsync("configuration ok");
            return (int)ExitClass.Done;
        }

        return await ServeAsync(settings, cancellationToken);
    }

    /// <summary>Brings the authority back from its sealed copy.</summary>
    public static async Task<int> RestoreAuthorityAsync(string configPath, string sealedPath, string? passphraseFile)
    {
        if (await ReadAsync(configPath, insecure: false) is not { } settings)
        {
            return (int)ExitClass.Usage;
        }

        try
        {
            var passphrase = Passphrase.Find(passphraseFile) ?? Passphrase.Ask(Console.In, Console.Error);
            var id = AuthorityRestore.Run(settings, sealedPath, passphrase, TimeProvider.System);
            await Console.Out.WriteLineAsync($"the authority {id} is in {CoordinatorIdentity.DirectoryOf(settings)}");
            return (int)ExitClass.Done;
        }
        catch (CairnException failure)
        {
            return await TellAsync(failure);
        }
    }

    private static async Task<CoordinatorSettings?> ReadAsync(string configPath, bool insecure)
    {
        var problems = new List<string>();
        var settings = ConfigurationReader.Read(configPath, insecure, problems);
        foreach (var problem in problems)
        {
            await Console.Error.WriteLineAsync(problem);
        }

        return settings;
    }

    private static async Task<int> TellAsync(CairnException failure)
    {
        await Console.Error.WriteLineAsync(
            $"cairn-coordinator: {failure.Message}\n  way out: {failure.WayOut}\n  code: {failure.Code.WireName()}");
        return (int)failure.Code.ExitClass();
    }

    // In plain text there is nobody to have a credential.
    private static void HandOverCredential(WebApplication app, string url)
    {
        if (app.Services.GetService<AdminCredential>() is { } credential)
        {
            app.Services.GetRequiredService<FirstAdmin>().Ensure((user, token) =>
            {
                credential.Write(user, token, url);
                Console.Out.WriteLine($"cairn-coordinator: the user {user} was made; its credential is {credential.Path}");
            });
            credential.Refresh(url);
        }
    }

    private static async Task<int> ServeAsync(CoordinatorSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = CoordinatorHost.Build(settings, TimeProvider.System);
            await app.StartAsync(cancellationToken);
            HandOverCredential(app, CoordinatorHost.UrlOf(app));
            await Console.Out.WriteLineAsync($"cairn-coordinator listening on {CoordinatorHost.BoundTo(app)}");
            await app.WaitForShutdownAsync(cancellationToken);
            return (int)ExitClass.Done;
        }
        catch (CairnException failure)
        {
            return await TellAsync(failure);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // Kestrel tells a taken port in the one way, and one that is not for this user in the other.
            await Console.Error.WriteLineAsync($"cairn-coordinator: cannot listen on {settings.Listen}: {failure.Message}");
            return (int)ExitClass.Failed;
        }
    }
}
