using Cairn.Agent.Configuration;
using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Discovery;
using Cairn.Agent.Engines.OpenGauss.Restore;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss;

/// <summary>
/// openGauss and PostgreSQL, from which it descends: one server and those that follow it. Observed on PostgreSQL 15;
/// docs/engines/opengauss.md says what its points hold and what was not seen on a server.
/// </summary>
internal sealed class OpenGaussEngine(EngineLimits limits, TimeProvider time) : IEngine, IDiscoveringEngine, IAsyncDisposable
{
    private readonly HeldBackups held = new();

    /// <inheritdoc/>
    public string Name => "opengauss";

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> BackupParameters { get; } =
    [
        new ParameterRule("checkpoint", ["fast", "spread"]),
        new ParameterRule("wal", ["fetch", "stream"]),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> RestoreParameters => RestoreWords.Rules;

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckConfiguration(InstanceOptions options)
    {
        var problems = new List<string>();
        ServerConfiguration.Read(options, problems);
        return problems;
    }

    /// <inheritdoc/>
    public IEngineInstance Open(InstanceOptions options)
    {
        var problems = new List<string>();
        return ServerConfiguration.Read(options, problems) is { } configuration
            ? new OpenGaussInstance(options.Name, Name, configuration, held, limits, time)
            : throw new CairnException(
                ErrorCode.ConfigurationInvalid,
                $"instance '{options.Name}': {string.Join("; ", problems)}",
                "correct the instance's options in the agent's configuration",
                subject: options.Name);
    }

    /// <inheritdoc/>
    public (IReadOnlyList<DiscoveredInstance> Found, IReadOnlyList<string> Hidden) Discover() => ServerDiscovery.Machine.Find();

    /// <inheritdoc/>
    public CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence) => CutCheck.Check(evidence);

    /// <inheritdoc/>
    public IReadOnlyList<ExportArchive> ExportArchives(string record) => ServerExport.Archives(Parse(record));

    /// <inheritdoc/>
    public void FinishExport(string record, string directory, string place) =>
        ServerExport.Finish(Parse(record), EngineParameters.None, directory, place);

    private static RestoreRecord Parse(string record)
    {
        try
        {
            return RestoreRecord.Parse(record);
        }
        catch (InvalidDataException wrong)
        {
            throw new CairnException(
                ErrorCode.PointDamaged, $"the record of the server cannot be used: {wrong.Message}", "use another point, or a newer agent", cause: wrong);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => held.DisposeAsync();
}
