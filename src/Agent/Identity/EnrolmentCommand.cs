using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;

namespace Cairn.Agent.Identity;

/// <summary><c>cairn-agent enrol</c> and <c>cairn-agent adopt</c>: given on the host, by the agent's owner.</summary>
internal static class EnrolmentCommand
{
    /// <summary>Runs one of them; a running agent takes the new identity up by itself.</summary>
    public static async Task<int> RunAsync(
        string configurationPath,
        string tokenSource,
        bool adopting,
        Func<EngineLimits, EngineCatalog> engines,
        TextReader input,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
    {
        var report = await new AgentConfiguration(engines, insecure: false).LoadAsync(configurationPath, cancellationToken);
        if (report.Settings is not { } settings)
        {
            foreach (var problem in report.Problems)
            {
                await errors.WriteLineAsync($"cairn-agent: {problem}");
            }

            return (int)ExitClass.Usage;
        }

        try
        {
            if (settings.Tls is not null)
            {
                throw new CairnException(
                    ErrorCode.Unsupported,
                    $"{settings.Node}: this agent uses the certificates of your own authority ('tls:')",
                    "issue them there; whom it obeys is tls.coordinator-name",
                    settings.Node);
            }

            var token = await ReadTokenAsync(tokenSource, input, cancellationToken);
            var identity = await new Enrolment(settings, TimeProvider.System).EnrolAsync(token, adopting, cancellationToken);
            await output.WriteLineAsync(Describe(settings, identity, adopting));
            return (int)ExitClass.Done;
        }
        catch (CairnException failure)
        {
            await errors.WriteLineAsync($"cairn-agent: {failure.Message}");
            await errors.WriteLineAsync($"  way out: {failure.WayOut}");
            await errors.WriteLineAsync($"  code: {failure.Code.WireName()}");
            return (int)failure.Code.ExitClass();
        }
    }

    private static string Describe(AgentSettings settings, LocalIdentity identity, bool adopting) =>
        $"cairn-agent {settings.Node} {(adopting ? "now obeys" : "is enrolled at")} {identity.Naming.Coordinator}, "
        + $"until {identity.Certificate!.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}";

    private static async Task<string> ReadTokenAsync(string source, TextReader input, CancellationToken cancellationToken) =>
        source == "-"
            ? await input.ReadLineAsync(cancellationToken) ?? ""
            : SecretFiles.Read(source) ?? throw new CairnException(
                ErrorCode.InvalidRequest, $"there is no file '{source}'", "name the file that holds the join token, or -");
}
