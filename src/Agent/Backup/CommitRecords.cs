using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using RecordOfPoint = Cairn.Repository.CommitRecord;
using RecordOnWire = Cairn.V1.CommitRecord;

namespace Cairn.Agent.Backup;

/// <summary>
/// The coordinator's commit record and the repository's. The repository keeps the coordinator's whole record as JSON beside
/// the fields that it needs itself, so that a catalog can be rebuilt from any node; the same message gives the same bytes
/// on every node.
/// </summary>
internal static class CommitRecords
{
    private static readonly JsonFormatter Writer = new(JsonFormatter.Settings.Default);
    private static readonly JsonParser Reader = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The record as the repository writes it; its base point is set by the caller.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it contradicts itself.</exception>
    public static RecordOfPoint ToRepository(CommitRequest request, string node)
    {
        var record = request.Record ?? throw Invalid("it is missing", node);
        var summary = record.Summary ?? throw Invalid("its summary is missing", node);
        if (summary.PointId != request.PointId || summary.Cluster != request.Header.Cluster)
        {
            throw Invalid("it names another point or cluster than its command", node);
        }

        if (!ChainId.TryParse(summary.ChainId, out var chain) || summary.Created is null)
        {
            throw Invalid("its chain id or time is missing", node);
        }

        return new RecordOfPoint
        {
            Point = PointIds.Require(summary.PointId),
            Chain = chain,
            BasePoint = null,
            Cluster = summary.Cluster,
            Engine = summary.Engine,
            Job = summary.JobId,
            Label = summary.Label,
            Created = summary.Created.ToDateTimeOffset(),
            Kind = summary.Kind switch
            {
                BackupKind.Full => PointKind.Full,
                BackupKind.Incremental => PointKind.Incremental,
                _ => throw Invalid("it is neither full nor incremental", node),
            },
            Consistency = summary.Consistency,
            Caveats = [.. summary.Caveats.Select(caveat => caveat.Name)],
            Partial = summary.Partial,
            MissingNodes = [.. summary.MissingNodes],
            Skew = TimeSpan.FromMilliseconds(summary.SkewMs),
            TopologyJson = Writer.Format(record),
            Nodes = [.. summary.Nodes.Select(part => NodePart(part, record, node))],
        };
    }

    /// <summary>The coordinator's record out of the repository's.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PointDamaged"/>.</exception>
    public static RecordOnWire FromRepository(RecordOfPoint record)
    {
        try
        {
            return Reader.Parse<RecordOnWire>(record.TopologyJson);
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new CairnException(
                ErrorCode.PointDamaged,
                $"the commit record of point {record.Point} holds a topology that cannot be read",
                "use the version of Cairn that made the point",
                subject: record.Point.ToString(),
                cause: failure);
        }
    }

    private static NodePart NodePart(PointNode part, RecordOnWire record, string node)
    {
        var capture = record.Captures.FirstOrDefault(capture => capture.Node == part.Node);
        if (capture?.Started is null || capture.Ended is null)
        {
            throw Invalid($"the capture times of node '{part.Node}' are missing", node);
        }

        if (!Sha256Digest.TryParse(part.ManifestHash, out var hash))
        {
            throw Invalid($"the manifest hash of node '{part.Node}' is none", node);
        }

        return new NodePart
        {
            Node = part.Node,
            ManifestHash = hash,
            Files = part.Files,
            Bytes = part.Bytes,
            CaptureStart = capture.Started.ToDateTimeOffset(),
            CaptureEnd = capture.Ended.ToDateTimeOffset(),
        };
    }

    private static CairnException Invalid(string finding, string node) => new(
        ErrorCode.InvalidRequest,
        $"the commit record cannot be used: {finding}",
        "bring coordinator and agent to the same version",
        node);
}
