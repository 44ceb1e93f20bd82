using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// Any database that has no engine of its own here, as directories of files: what the operator's patterns and commands say about it is
/// all that is known. docs/engines/files.md says what its points hold.
/// </summary>
internal sealed class FilesEngine(EngineLimits limits, TimeProvider time) : IEngine
{
    /// <inheritdoc/>
    public string Name => "files";

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> BackupParameters => [];

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> RestoreParameters => [];

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckConfiguration(InstanceOptions options)
    {
        var problems = new List<string>();
        FilesConfiguration.Read(options, problems);
        return problems;
    }

    /// <inheritdoc/>
    public IEngineInstance Open(InstanceOptions options)
    {
        var problems = new List<string>();
        return FilesConfiguration.Read(options, problems) is { } configuration
            ? new FilesInstance(options.Name, Name, configuration, limits, time)
            : throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"instance '{options.Name}': {string.Join("; ", problems)}",
                "mend the instance's options in the agent's configuration",
                subject: options.Name);
    }

    /// <inheritdoc/>
    public CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence) => CutSentence.Of(evidence);
}
