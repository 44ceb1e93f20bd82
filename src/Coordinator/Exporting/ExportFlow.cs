using System.Globalization;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Exporting;

/// <summary>Has every node bring its part of a point to a directory on its own host.</summary>
internal sealed class ExportFlow(PartTasks parts, NodeTasks tasks, CoordinatorLimits limits) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Export;

    /// <inheritdoc/>
    public bool CanBeCancelled => true;

    /// <inheritdoc/>
    public Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var request = ExportBackupRequest.Parser.ParseFrom(job.Request);
        return parts.RunAsync(
            job, request.Point, "export", (node, pointId, token) => ExportOnAsync(job, node, pointId, request, token), cancellationToken);
    }

    private async Task<CairnException?> ExportOnAsync(
        RunningJob job, string node, string pointId, ExportBackupRequest request, CancellationToken cancellationToken)
    {
        var status = await tasks.OnAsync(
            job,
            node,
            new TaskName("export"),
            new TaskTerms(limits.Bulk, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.ExportAsync(
                new ExportRequest
                {
                    Header = header,
                    PointId = pointId,
                    Format = request.Format,
                    Packing = request.Packing,
                    Directory = request.Directory,
                },
                options),
            cancellationToken);
        var made = status.Export ?? new ExportResult();
        job.Note(string.Create(CultureInfo.InvariantCulture, $"{made.Entries} entries, {made.Bytes} bytes are in {made.Path}"), node);
        foreach (var note in made.Notes)
        {
            job.Note(note, node);
        }

        return null;
    }
}
