using System.Runtime.CompilerServices;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Backup;

/// <summary>
/// Copies what a job captured into this node's repository. Goes on where it was interrupted as long as the capture is held,
/// and keeps the capture while it runs.
/// </summary>
internal sealed class PointCopy(
    AgentSettings settings,
    AgentJournal journal,
    Instances instances,
    CaptureDesk captures,
    MetadataExchange metadata,
    NodeRepository repository,
    TimeProvider time)
{
    /// <summary>Copies; returns when everything is durable.</summary>
    public async Task<TaskStatus> RunAsync(
        CopyRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var spec = SpecOf(request);
        if (journal.Copies.Find(request.Header.JobId) is { } done && done.PointId == request.PointId)
        {
            return new TaskStatus();
        }

        var opened = await repository.OpenAsync(cancellationToken);
        using var use = captures.Use(request.Header.JobId);
        return await use.RunAsync(token => CopyAsync(spec, use.Record, opened, progress, token), cancellationToken);
    }

    private async Task<TaskStatus> CopyAsync(
        BeginPoint spec,
        CaptureRecord record,
        INodeRepository opened,
        IProgress<Progress> progress,
        CancellationToken cancellationToken)
    {
        await using var writer = await opened.BeginPointAsync(spec, cancellationToken);
        var expected = new CopyTotals("copy", record.Instances.SelectMany(instance => instance.Steps));
        var copied = await writer.WriteAsync(
            EntriesAsync(record, cancellationToken), expected.Report(progress), cancellationToken);

        // Made now, because the capture that it tells of has ended when the point is prepared.
        var (properties, caveats) = await DescribeAsync(record, cancellationToken);
        journal.Copies.Put(record.JobId, new CopyRecord(
            record.JobId,
            record.PointId,
            properties.ToJson(),
            [.. properties.Instances.SelectMany(instance => instance.Roles).Distinct()],
            record.Instances.Any(instance => instance.Steps.Any(step => step.ClusterMetadata)),
            (long)(properties.CaptureEnded - properties.CaptureStarted).TotalMilliseconds,
            copied.CarriedBytes,
            time.GetUtcNow())
        {
            Caveats = [.. caveats.Select(caveat => new CaveatRecord(caveat.Name, caveat.Text))],
        });
        return new TaskStatus();
    }

    private async IAsyncEnumerable<SourceEntry> EntriesAsync(
        CaptureRecord record, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var captured in record.Instances)
        {
            var instance = instances.Open(captured.Name);
            await foreach (var entry in instance.EntriesAsync(CaptureDirectories.WorkspaceOf(captured), cancellationToken))
            {
                yield return entry with
                {
                    Path = PointPaths.Of(captured.Name, entry.Path),
                    LinkedTo = entry.LinkedTo is { } first ? PointPaths.Of(captured.Name, first) : null,
                };
            }
        }

        await foreach (var entry in metadata.EntriesAsync(record, cancellationToken))
        {
            yield return entry;
        }
    }

    private async Task<(NodeProperties Properties, IReadOnlyList<Caveat> Caveats)> DescribeAsync(
        CaptureRecord record, CancellationToken cancellationToken)
    {
        var described = new List<InstanceProperties>();
        var caveats = new List<Caveat>();
        foreach (var captured in record.Instances)
        {
            var instance = instances.Open(captured.Name);
            var description = await instance.DescribeAsync(askDatabase: !record.Cold, cancellationToken);
            var kept = await instance.RecordAsync(CaptureDirectories.WorkspaceOf(captured), cancellationToken);
            caveats.AddRange(kept.Caveats);
            described.Add(new InstanceProperties(
                captured.Name,
                captured.Engine,
                description.Version,
                [.. description.Roles],
                record.Cold
                    ? []
                    : [.. captured.Steps.Select(step => step.LeaderRole).Where(role => role.Length > 0).Distinct()],
                [.. description.Addresses.Select(address => new AddressProperties(address.Role, address.Address))],
                [.. captured.Roots.Select(root => new RootProperties(root.Name, root.LivePath))],
                kept.Json));
        }

        var steps = record.Instances.SelectMany(instance => instance.Steps).ToList();
        var properties = new NodeProperties(
            NodeProperties.CurrentSchema,
            settings.Node,
            record.Cluster,
            record.Cold,
            steps.Count == 0 ? record.Created : steps.Min(step => step.Started),
            steps.Count == 0 ? record.Created : steps.Max(step => step.Ended),
            described,
            record.Metadata?.SourceNode ?? "");
        return (properties, caveats);
    }

    private BeginPoint SpecOf(CopyRequest request)
    {
        if (!ChainId.TryParse(request.ChainId, out var chain))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"'{request.ChainId}' is no chain id",
                "bring coordinator and agent to the same version",
                settings.Node);
        }

        return new BeginPoint
        {
            Point = PointIds.Require(request.PointId),
            Chain = chain,
            BasePoint = request.BasePointId.Length == 0 ? null : PointIds.Require(request.BasePointId),
            Node = settings.Node,
            Cluster = request.Header.Cluster,
            Engine = request.Engine,
            Job = request.Header.JobId,
            Compression = settings.Compression,
            VerifyUnchanged = request.VerifyUnchanged,
        };
    }
}
