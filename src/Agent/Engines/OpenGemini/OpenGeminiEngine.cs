using Cairn.Agent.Configuration;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Agent.Engines.OpenGemini.NativeBackups;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>openGemini, observed in version v1.5.2; docs/engines/opengemini.md says what its points hold and why it works as it does.</summary>
internal sealed class OpenGeminiEngine(EngineLimits limits, TimeProvider time) : IEngine, IImportingEngine, IDisposable
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
    public IEngineInstance Open(InstanceOptions options) =>
        new OpenGeminiInstance(options.Name, Name, Read(options), client, limits, time);

    /// <inheritdoc/>
    public IReadOnlyList<ForeignPoint> ReadForeign(InstanceOptions options, ForeignBackup backup, CancellationToken cancellationToken) =>
        new NativeReader(Read(options)).Read(backup, cancellationToken);

    /// <inheritdoc/>
    public CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence) => CutCheck.Check(evidence);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static OpenGeminiConfiguration Read(InstanceOptions options)
    {
        var (configuration, problems) = ConfigurationReader.Read(options.Config);
        return configuration ?? throw new CairnException(
            ErrorCode.ConfigurationInvalid,
            $"instance '{options.Name}': {string.Join("; ", problems)}",
            "correct the engine's configuration file, or the path to it in the agent's",
            subject: options.Config);
    }
}
