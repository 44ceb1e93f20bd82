using Cairn.Agent.Configuration;

namespace Cairn.Agent.Engines;

/// <summary>
/// One kind of database: the factory of its instances. Implementations keep nothing but connections and what a held capture keeps
/// open, may be used concurrently, and are registered in one line of <see cref="EngineCatalog"/>. Nothing outside an engine's own folder knows its name.
/// </summary>
public interface IEngine
{
    /// <summary>The name that configurations use, e.g. <c>opengemini</c>.</summary>
    string Name { get; }

    /// <summary>What a backup may be given beside what every engine takes.</summary>
    IReadOnlyList<ParameterRule> BackupParameters { get; }

    /// <summary>What a restore may be given beside what every engine takes.</summary>
    IReadOnlyList<ParameterRule> RestoreParameters { get; }

    /// <summary>
    /// Everything that is wrong with an instance's configuration, one sentence each, found without asking a database;
    /// empty when nothing is. Reads the engine's configuration file. Never throws for what an operator wrote.
    /// </summary>
    IReadOnlyList<string> CheckConfiguration(InstanceOptions options);

    /// <summary>
    /// Opens an instance. Cheap: reads the engine's configuration file again, so that a change is seen by the next job.
    /// </summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">The configuration cannot be used.</exception>
    IEngineInstance Open(InstanceOptions options);

    /// <summary>
    /// Compares what all nodes captured, from the evidence that <see cref="IEngineInstance.CaptureAsync"/> returned.
    /// Pure: the same evidence gives the same verdict on every agent. Evidence is input from the network: checked, bounded.
    /// </summary>
    CutVerdict CheckCut(IReadOnlyList<CutEvidence> evidence);

    /// <summary>
    /// The archives that the database's own tools would make of an instance, from its <see cref="InstanceRecord.Json"/>; none when there is no
    /// such form.
    /// </summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">The record cannot be used.</exception>
    IReadOnlyList<ExportArchive> ExportArchives(string record) => [];

    /// <summary>
    /// Makes of an exported instance what its database can start on as it is. <paramref name="directory"/> has a directory for each root, and
    /// will be found at <paramref name="place"/>; what is exported is a copy, beside which the original may go on. Engines whose files need
    /// nothing do nothing.
    /// </summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">The record or the files cannot be used.</exception>
    void FinishExport(string record, string directory, string place)
    {
    }
}
