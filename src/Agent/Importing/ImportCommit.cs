using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using RecordOnWire = Cairn.V1.CommitRecord;

namespace Cairn.Agent.Importing;

/// <summary>
/// Makes imported points exist on this node, once all nodes have prepared theirs: out of the same parts every node writes the same records. Twice is
/// once, so a commit that was interrupted on some nodes is run again there.
/// </summary>
internal sealed class ImportCommit(AgentSettings settings, INodeRepository repository)
{
    private static readonly JsonFormatter Writer = new(JsonFormatter.Settings.Default);
    private static readonly JsonParser Reader = new(JsonParser.Settings.Default);

    /// <summary>A point's record as its part keeps it.</summary>
    public static string Format(RecordOnWire record) => Writer.Format(record);

    /// <summary>The record that a part keeps of a point.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static RecordOnWire Parse(ImportedPoint point)
    {
        try
        {
            var record = Reader.Parse<RecordOnWire>(point.Record);
            return record is { Summary.Nodes.Count: 1, Topology.Count: 1, Captures.Count: 1 } ? record : throw Invalid("a record in it is not of one node");
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or InvalidJsonException)
        {
            throw Invalid($"a record in it cannot be read: {failure.Message}");
        }
    }

    /// <summary>Checks that the parts belong together and commits their points here; returns the records.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.CutInconsistent"/>, <see cref="ErrorCode.ForeignBackupUnusable"/>.
    /// </exception>
    public async Task<IReadOnlyList<RecordOnWire>> CommitAsync(IReadOnlyList<ImportedPart> parts, CancellationToken cancellationToken)
    {
        var ordered = parts.OrderBy(part => part.Node, StringComparer.Ordinal).ToList();
        RequireAlike(ordered);
        var records = Enumerable.Range(0, ordered[0].Points.Count).Select(index => Join(ordered, index)).ToList();
        foreach (var (record, index) in records.Select((record, index) => (record, index)))
        {
            await CommitAsync(record, ordered[0].Points[index].BasePointId, cancellationToken);
        }

        return records;
    }

    /// <summary>
    /// Commits the points of this node alone, although it may be one of several: to be put back here, where the others are brought to the same state by
    /// their own backups. Nothing is compared.
    /// </summary>
    public async Task<IReadOnlyList<RecordOnWire>> CommitAloneAsync(ImportedPart part, CancellationToken cancellationToken)
    {
        var records = new List<RecordOnWire>();
        foreach (var point in part.Points)
        {
            var record = Parse(point);
            record.Summary.Consistency = Verdict(record, [part], records.Count).Consistency;
            await CommitAsync(record, point.BasePointId, cancellationToken);
            records.Add(record);
        }

        return records;
    }

    private async Task CommitAsync(RecordOnWire record, string? basePointId, CancellationToken cancellationToken)
    {
        var command = new CommitRequest
        {
            Header = new CommandHeader { Cluster = record.Summary.Cluster },
            PointId = record.Summary.PointId,
            Record = record,
        };
        var written = CommitRecords.ToRepository(command, settings.Node) with
        {
            BasePoint = basePointId is null ? null : PointIds.Require(basePointId),
        };
        await repository.CommitAsync(written.Point, written, cancellationToken);
    }

    private void RequireAlike(List<ImportedPart> parts)
    {
        var first = parts[0];
        if (parts.Select(part => part.Node).Distinct(StringComparer.Ordinal).Count() != parts.Count
            || parts.Any(part => part.Cluster != first.Cluster || part.Engine != first.Engine || part.Points.Count != first.Points.Count))
        {
            throw Invalid($"they are of {string.Join(", ", parts.Select(part => $"{part.Node} in '{part.Cluster}' with {part.Points.Count} points"))}: one part of each node of one cluster is needed");
        }

        if (parts.All(part => part.Node != settings.Node))
        {
            throw Invalid($"none is of this node, '{settings.Node}'");
        }
    }

    private RecordOnWire Join(List<ImportedPart> parts, int index)
    {
        var records = parts.Select(part => Parse(part.Points[index])).ToList();
        var joined = records[0].Clone();
        var (point, chain) = (joined.Summary.PointId, joined.Summary.ChainId);
        if (records.Any(record => record.Summary.PointId != point || record.Summary.ChainId != chain) || parts.Any(part => part.Points[index].BasePointId != parts[0].Points[index].BasePointId))
        {
            throw Invalid("they name different points: all nodes but the first are imported with --with FILE, the part of the first");
        }

        foreach (var record in records.Skip(1))
        {
            joined.Summary.Nodes.Add(record.Summary.Nodes);
            joined.Summary.Caveats.Add(record.Summary.Caveats);
            joined.Topology.Add(record.Topology);
            joined.Captures.Add(record.Captures);
        }

        var starts = joined.Captures.Select(capture => capture.Started.ToDateTimeOffset()).ToList();
        joined.Summary.SkewMs = (long)(starts.Max() - starts.Min()).TotalMilliseconds;
        RequireMetadata(joined);
        Judge(joined, parts, index);
        return joined;
    }

    private static void RequireMetadata(RecordOnWire joined)
    {
        var holders = joined.Summary.Nodes.Where(node => node.HasMetadata).Select(node => node.Node).ToList();
        if (holders.Count != 1)
        {
            throw new CairnException(
                ErrorCode.ForeignBackupUnusable,
                holders.Count == 0
                    ? $"no part of {string.Join(", ", joined.Summary.Nodes.Select(node => node.Node))} holds the cluster's metadata, without which its data are no database"
                    : $"the parts of {string.Join(" and ", holders)} both hold cluster metadata, so they were not taken in one run",
                "import the directories of all nodes of one run of the backup",
                subject: joined.Summary.PointId);
        }
    }

    private void Judge(RecordOnWire joined, List<ImportedPart> parts, int index)
    {
        var verdict = Verdict(joined, parts, index);
        if (!verdict.Consistent)
        {
            throw new CairnException(
                ErrorCode.CutInconsistent,
                $"the nodes' parts do not fit together: {string.Join("; ", verdict.Findings)}",
                "import the directories of all nodes of one run of the backup, or another run",
                subject: joined.Summary.PointId);
        }

        var caveats = joined.Summary.Caveats.Concat(verdict.Caveats).DistinctBy(caveat => caveat.Name).OrderBy(caveat => caveat.Name, StringComparer.Ordinal).ToList();
        joined.Summary.Caveats.Clear();
        joined.Summary.Caveats.Add(caveats);
        joined.Summary.Consistency = verdict.Consistency;
    }

    private CutVerdict Verdict(RecordOnWire record, List<ImportedPart> parts, int index) => settings.Engines.Get(record.Summary.Engine).CheckCut(
        [.. parts.SelectMany(part => part.Points[index].Evidence.Select(item => new CutEvidence(part.Node, item.Instance, item.Step, Decode(item.Evidence))))]);

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException wrong)
        {
            throw Invalid($"evidence in it is not base64: {wrong.Message}");
        }
    }

    private static CairnException Invalid(string finding) => new(
        ErrorCode.InvalidRequest, $"the parts cannot be committed: {finding}", "name the files that 'cairn-agent import --part' wrote on each node");
}
