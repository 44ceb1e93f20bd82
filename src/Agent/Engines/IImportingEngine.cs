using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines;

/// <summary>
/// The capability of an engine to take over backups that the database's own tools made. An engine that has it implements this beside
/// <see cref="IEngine"/>; no state, may be used concurrently.
/// </summary>
public interface IImportingEngine
{
    /// <summary>
    /// Reads and checks directories that the database's own backup wrote on this instance's host, and says which points they make, oldest
    /// first: the full one, then one for each increment, each whole by itself. Nothing is written and the directories stay as they are,
    /// here and when the entries are read.
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.ForeignBackupUnusable"/> for anything that does not hold together, naming the file; <see cref="ErrorCode.Unsupported"/>
    /// for what no point can be made of.
    /// </exception>
    IReadOnlyList<ForeignPoint> ReadForeign(InstanceOptions options, ForeignBackup backup, CancellationToken cancellationToken);
}
