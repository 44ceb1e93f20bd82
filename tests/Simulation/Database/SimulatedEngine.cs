using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;

namespace Cairn.Simulation.Database;

/// <summary>The engine of <see cref="SimulatedInstance"/>: directories, a leader that may move, and work that takes its time.</summary>
internal sealed class SimulatedEngine(SimulatedDatabase database, string node, TimeProvider clock) : IEngine
{
    private readonly PlainEngine directories = new();

    /// <inheritdoc/>
    public string Name => directories.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> BackupParameters => directories.BackupParameters;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterRule> RestoreParameters => directories.RestoreParameters;

    /// <inheritdoc/>
    public IReadOnlyList<string> CheckConfiguration(InstanceOptions options) => directories.CheckConfiguration(options);

    /// <inheritdoc/>
    public IEngineInstance Open(InstanceOptions options) =>
        new SimulatedInstance(directories.Open(options), database, node, clock);

    /// <inheritdoc/>
    public CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence) => directories.CheckCut(evidence);
}
