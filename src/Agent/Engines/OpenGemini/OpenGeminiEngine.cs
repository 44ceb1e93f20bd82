using Cairn.Agent.Configuration;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>openGemini, observed in version v1.5.2; docs/engines/opengemini.md says what its points hold and why it works as it does.</summary>
internal sealed class OpenGeminiEngine(EngineLimits limits, TimeProvider time) : IEngine, IDisposable
{
    // Connections only; nothing of a job is kept here.
    private readonly OpenGeminiClient client = new(limits, time);

    /// <inheritdoc/>
    public string Name => "opengemini";

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> BackupParameters => [];

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> RestoreParameters => [];

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckConfiguration(InstanceOptions options)
    {
        var problems = ConfigurationReader.Read(options.Config).Problems;
        return options.Options.IsEmpty ? problems : [.. problems, $"options: the engine {Name} has none"];
    }

    /// <inheritdoc/>
    public IEngineInstance Open(InstanceOptions options)
    {
        var (configuration, problems) = ConfigurationReader.Read(options.Config);
        return configuration is not null
            ? new OpenGeminiInstance(options.Name, Name, configuration, client, limits, time)
            : throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"instance '{options.Name}': {string.Join("; ", problems)}",
                "correct the engine's configuration file, or the path to it in the agent's",
                subject: options.Config);
    }

    /// <inheritdoc/>
    public CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence) => CutCheck.Check(evidence);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
