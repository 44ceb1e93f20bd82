using System.IO.Enumeration;
using Cairn.Agent.Configuration;
using Cairn.Agent.Tasks;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Cairn.Agent.Backup;

/// <summary>Tells what points and files this node's repository holds.</summary>
internal sealed class PointCatalogue(AgentSettings settings, NodeRepository repository)
{
    /// <summary>The committed points; damaged ones are named apart.</summary>
    public async Task<ListPointsResponse> ListAsync(ListPointsRequest request, CancellationToken cancellationToken)
    {
        var opened = await repository.OpenAsync(cancellationToken);
        var response = new ListPointsResponse();
        foreach (var point in await opened.ListPointsAsync(cancellationToken))
        {
            if (request.Cluster.Length > 0 && point.Record is { } known && known.Cluster != request.Cluster)
            {
                continue;
            }

            if (point.Damage is { } damage)
            {
                response.Damaged.Add(new ErrorDetail
                {
                    Code = ErrorCode.PointDamaged.WireName(),
                    Message = $"point {point.Point}: {damage}",
                    WayOut = "restore from another point, and make a full backup",
                    Node = settings.Node,
                    Object = point.Point.ToString(),
                });
                continue;
            }

            try
            {
                var record = CommitRecords.FromRepository(point.Record!);
                response.Points.Add(record.Summary);
                response.Records.Add(record);
            }
            catch (CairnException failure)
            {
                response.Damaged.Add(failure.ToDetail(settings.Node));
            }
        }

        response.Deleted.AddRange((await opened.ListDeletedAsync(cancellationToken)).Select(deleted => new V1.DeletedPoint
        {
            PointId = deleted.Point.ToString(), Deleted = deleted.Deleted.ToTimestamp(),
        }));
        await AddBorrowedAsync(request, response, cancellationToken);
        return response;
    }

    // What is wrong with another node's repository is told; it must not hide this node's own points.
    private async Task AddBorrowedAsync(ListPointsRequest request, ListPointsResponse response, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var other in await repository.OpenBorrowedAsync(cancellationToken))
            {
                response.Borrowed.AddRange((await other.ListPointsAsync(cancellationToken))
                    .Where(point => point is { Damage: null, Record: not null, Manifest: not null }
                        && (request.Cluster.Length == 0 || point.Record.Cluster == request.Cluster))
                    .Select(point => new BorrowedPoint
                    {
                        SourceNode = point.Manifest!.Node, Record = CommitRecords.FromRepository(point.Record!),
                    }));
            }
        }
        catch (Exception failure) when (FailureTranslation.Translate(failure) is { } known)
        {
            response.Damaged.Add(known.ToDetail(settings.Node));
        }
    }

    /// <summary>The files of a point whose paths match.</summary>
    public async Task ListEntriesAsync(
        ListEntriesRequest request, IServerStreamWriter<PointEntry> entries, CancellationToken cancellationToken)
    {
        var opened = await repository.OpenAsync(cancellationToken);
        var point = PointIds.Require(request.PointId);
        var pattern = request.Pattern;
        await foreach (var (entry, content) in opened.ReadHashedEntriesAsync(
            point,
            path => pattern.Length == 0 || FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false),
            cancellationToken))
        {
            await entries.WriteAsync(
                new PointEntry
                {
                    Path = UnixPath.Show(entry.Path),
                    Kind = entry.Kind switch
                    {
                        EntryKind.Directory => "directory",
                        EntryKind.Symlink => "symlink",
                        _ => "file",
                    },
                    Size = entry.Attributes.Size,
                    Mode = entry.Attributes.Mode,
                    Modified = new Timestamp
                    {
                        Seconds = Math.DivRem(entry.Attributes.MtimeNs, 1_000_000_000, out var nanoseconds),
                        Nanos = (int)nanoseconds,
                    },
                    Part = entry.Class,
                    Sha256 = content?.ToString() ?? "",
                },
                cancellationToken);
        }
    }
}
