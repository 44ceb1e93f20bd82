using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines;

/// <summary>
/// The capability of an instance to back up some of its objects only, and to bring them back into a database that runs. An instance that has it
/// implements this, declares <c>select.objects</c> and <c>restore.online</c>, and minds <see cref="CaptureStepRequest.Objects"/> in every step.
/// </summary>
public interface IObjectInstance : IEngineInstance
{
    /// <summary>Where the objects' directories go and what stands in the way by the engine's and the database's word; nothing is touched.</summary>
    Task<ObjectLayout> PlanObjectsAsync(ObjectRequest request, CancellationToken cancellationToken);

    /// <summary>Returns what was asked when the running database knows none of the objects.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.AlreadyExists"/>: it knows one; <see cref="ErrorCode.CannotTell"/>: nothing on this host could be asked;
    /// <see cref="ErrorCode.NoLeader"/>, <see cref="ErrorCode.EngineAnswer"/>: it gives no answer.
    /// </exception>
    Task<string> RequireAbsentAsync(IReadOnlyList<string> objects, CancellationToken cancellationToken);

    /// <summary>
    /// Tells the database of the objects, whose files are in place on all nodes, and returns what it says of them afterwards.
    /// <paramref name="ordering"/> is called right before it is told and throws to keep that from happening. With
    /// <paramref name="orderedBefore"/> it was told by an earlier call whose end nobody saw, and is not told again.
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.AdoptionUnclear"/>: it was told, and it is not known that all is well; every other failure: it has not taken them.
    /// <see cref="ErrorCode.LeaderMoved"/>: another node has to do it.
    /// </exception>
    Task<IReadOnlyList<string>> AdoptAsync(
        ObjectRequest request, bool orderedBefore, Action ordering, CancellationToken cancellationToken);
}
