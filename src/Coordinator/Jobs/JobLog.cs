using Cairn.Shared.Identifiers;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Jobs;

internal static partial class JobLog
{
    [LoggerMessage(EventId = 2000, Level = LogLevel.Information, Message = "Job {Job} of cluster {Cluster} is in phase {Phase}")]
    public static partial void Phase(ILogger logger, JobId job, string cluster, string phase);

    [LoggerMessage(
        EventId = 2001,
        Level = LogLevel.Information,
        Message = "Job {Job} of cluster {Cluster} ended {State} {Code} {Reason}")]
    public static partial void Ended(
        ILogger logger, JobId job, string cluster, JobState state, string code, string reason);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "Job {Job} of cluster {Cluster} is taken up again")]
    public static partial void Adopted(ILogger logger, JobId job, string cluster);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Error, Message = "Job {Job} of cluster {Cluster} failed by a defect")]
    public static partial void Defect(ILogger logger, Exception failure, JobId job, string cluster);

    [LoggerMessage(
        EventId = 2005, Level = LogLevel.Error, Message = "The end of job {Job} of cluster {Cluster} could not be audited: {Reason}")]
    public static partial void NotAudited(ILogger logger, JobId job, string cluster, string reason);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Debug, Message = "Task {Task} {Kind} of job {Job} on {Node}: {State}")]
    public static partial void Task(
        ILogger logger, TaskId task, string kind, JobId job, string node, TaskState state);
}
