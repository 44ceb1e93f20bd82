using Cairn.Coordinator.Catalog;
using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>
/// What one kind of job does. Run again with the same job after a restart it must come to the same end: it takes up its
/// recorded plan and decision, and sends the same commands, whose recorded results come back.
/// </summary>
internal interface IJobFlow
{
    /// <summary>The kind that it runs.</summary>
    JobKind Kind { get; }

    /// <summary>True when a job of this kind can be given up before it has decided.</summary>
    bool CanBeCancelled { get; }

    /// <summary>
    /// Runs the job to its end and returns how it ended. What fails it is thrown, after everything was cleaned up or is
    /// owed; <see cref="OperationCanceledException"/> of the token leaves the job for the next start.
    /// </summary>
    Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken);

    /// <summary>
    /// Records what is owed to the nodes for a job that has decided nothing and whose lock was broken; sends nothing. Nothing by
    /// default: most jobs leave nothing behind.
    /// </summary>
    void Abandon(RunningJob job)
    {
    }
}
