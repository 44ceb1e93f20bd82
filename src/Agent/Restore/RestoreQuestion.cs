using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Restore;

/// <summary>
/// What is to be restored on this node, as a precheck or a stage command asks it. A job that will stop what runs before it stages, or
/// will start the instances afterwards, says so; so does a recovery that no coordinator knows of. With objects only these are brought back,
/// into a database that runs.
/// </summary>
internal sealed record RestoreQuestion(
    string Cluster,
    string JobId,
    PointId Point,
    string SourceNode,
    bool MetadataHere,
    IReadOnlyList<string> AcceptedCaveats,
    IReadOnlyList<EngineParameter> Parameters,
    bool WillStop = false,
    bool WillStart = false,
    bool Offline = false)
{
    /// <summary>Empty: everything, into a stopped database.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];
}
