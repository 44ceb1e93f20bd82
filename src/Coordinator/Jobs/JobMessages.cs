using Cairn.Coordinator.Catalog;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Jobs;

/// <summary>Jobs as they are told to people and scripts.</summary>
internal static class JobMessages
{
    /// <summary>The job with what the catalog holds of its nodes and events.</summary>
    public static Job Of(JobRecord job, IEnumerable<JobNode> nodes, IEnumerable<JobEvent> events) => new()
    {
        JobId = job.Id.ToString(),
        Kind = job.Kind.Word(),
        Cluster = job.Cluster,
        State = job.State,
        Phase = job.Phase,
        Created = Timestamp.FromDateTimeOffset(job.Created),
        Ended = job.Ended is { } ended ? Timestamp.FromDateTimeOffset(ended) : null,
        Epoch = job.Epoch,
        PointId = job.PointId,
        Error = job.Error,
        RestoreJobId = job.RestoreJobId,
        AskedBy = job.AskedBy,
        ResumableUntil = job.ResumableUntil is { } until ? Timestamp.FromDateTimeOffset(until) : null,
        Nodes = { nodes },
        Events = { events },
    };
}
