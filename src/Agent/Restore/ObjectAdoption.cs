using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Restore;

/// <summary>
/// Tells the database, on the node that leads its metadata, of the objects whose files are in place everywhere. Once: that it is going to be told is
/// journaled before it is, and a task that was cut off after that only looks what came of it.
/// </summary>
internal sealed class ObjectAdoption(
    AgentSettings settings, AgentJournal journal, RestoreJournal restores, NodeRepository repository, ObjectRestore objects, TimeProvider time)
{
    /// <summary>Does it.</summary>
    /// <exception cref="CairnException">As <see cref="Engines.IObjectInstance.AdoptAsync"/>; <see cref="ErrorCode.NoSuchRestore"/>.</exception>
    public async Task<Cairn.V1.TaskStatus> RunAsync(AdoptObjectsRequest request, CancellationToken cancellationToken)
    {
        var restore = restores.Require(request.RestoreJobId);
        if (restore.State != RestoreState.Swapped || restore.Objects.Count == 0)
        {
            throw RestoreJournal.Illegal(settings.Node, restore, "adopt-objects");
        }

        var point = PointIds.Require(restore.PointId);
        var opened = await repository.OpenForAsync(point, restore.SourceNode, cancellationToken);
        var detail = await opened.ReadPointAsync(point, cancellationToken);
        var instance = objects.Open(restore.Instance);
        var facts = await ObjectRestore.RequestAsync(
            instance,
            opened,
            point,
            NodeProperties.Parse(detail.Properties.Json, restore.PointId),
            restore.Objects,
            adoptsHere: true,
            cancellationToken);
        var findings = await instance.AdoptAsync(facts, restore.AdoptionOrdered is not null, Ordering, cancellationToken);
        return new Cairn.V1.TaskStatus { Adopt = new AdoptResult { Findings = { findings } } };

        void Ordering()
        {
            journal.Epochs.Admit(restore.Cluster, request.Header.Epoch);
            restores.Move(restore, RestoreState.Swapped, known => known with { AdoptionOrdered = time.GetUtcNow() });
        }
    }
}
