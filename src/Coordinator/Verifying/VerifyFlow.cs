using System.Globalization;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Verifying;

/// <summary>Has every node check its part of a point.</summary>
internal sealed class VerifyFlow(PartTasks parts, NodeTasks tasks, CoordinatorLimits limits) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Verify;

    /// <inheritdoc/>
    public bool CanBeCancelled => true;

    /// <inheritdoc/>
    public Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var request = VerifyBackupRequest.Parser.ParseFrom(job.Request);
        return parts.RunAsync(
            job,
            request.Point,
            "verify",
            (node, pointId, token) => VerifyOnAsync(job, node, pointId, request, token),
            cancellationToken);
    }

    private async Task<CairnException?> VerifyOnAsync(
        RunningJob job, string node, string pointId, VerifyBackupRequest request, CancellationToken cancellationToken)
    {
        var command = new VerifyRequest { PointId = pointId, Level = request.Level };
        if (request.HasMaxShrinkage)
        {
            command.MaxShrinkage = request.MaxShrinkage;
        }

        var status = await tasks.OnAsync(
            job,
            node,
            new TaskName("verify"),
            new TaskTerms(limits.Bulk, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.VerifyAsync(new VerifyRequest(command) { Header = header }, options),
            cancellationToken);
        return Judge(job, node, pointId, status.Verify ?? new VerifyResult());
    }

    private static CairnException? Judge(RunningJob job, string node, string pointId, VerifyResult result)
    {
        if (result.Shrunk is { } shrunk)
        {
            job.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it is much smaller than {shrunk.Predecessor}: {result.Files} files, {result.Bytes} bytes after {shrunk.FilesBefore} files, {shrunk.BytesBefore} bytes"),
                node);
        }

        if (result.Damage.Count == 0)
        {
            job.Note(
                string.Create(CultureInfo.InvariantCulture, $"{result.Files} files, {result.Bytes} bytes are sound"), node);
            return null;
        }

        var first = result.Damage[0];
        return new CairnException(
            ErrorCode.PointDamaged,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{node}: point {pointId} is damaged in {result.Damage.Count + result.DamageLeftOut} places; the first: {first.File} at {first.Offset}: {first.What}"),
            "restore another point, and make a new full backup",
            node,
            pointId);
    }
}
