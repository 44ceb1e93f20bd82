using System.Globalization;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Topology;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Backups;

/// <summary>Writes the commit record: first what the capture tells, then the nodes' parts.</summary>
internal static class BackupRecords
{
    /// <summary>
    /// The record of a sound capture, without the nodes' parts.
    /// <para>
    /// Each node's <see cref="NodeCapture"/> is by its own clock: from the start of its first step to the end of its last.
    /// <see cref="PointSummary.SkewMs"/> is the time between the first node's start and the last node's start on this
    /// coordinator's clock: each node's times minus the clock offset that was measured when it was described (known to
    /// within half of that call's time).
    /// </para>
    /// </summary>
    public static CommitRecord OfCapture(
        RunningJob job, RunBackupRequest request, BackupPlan plan, ClusterTopology before, ClusterTopology after, Cut cut)
    {
        var captures = cut.Times();
        var offsets = before.Nodes.ToDictionary(node => node.Node, node => node.ClockOffset, StringComparer.Ordinal);
        var starts = captures.Select(c => c.Started.ToDateTimeOffset() - offsets[c.Node]).ToList();
        var ends = captures.Select(c => c.Ended.ToDateTimeOffset() - offsets[c.Node]).ToList();
        var window = starts.Count == 0 ? TimeSpan.Zero : ends.Max() - starts.Min();
        var spread = starts.Count == 0 ? TimeSpan.Zero : starts.Max() - starts.Min();
        job.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"captured within {window.TotalMilliseconds:0} ms; the nodes began within {spread.TotalMilliseconds:0} ms of each other"));

        return new CommitRecord
        {
            Summary = new PointSummary
            {
                PointId = plan.PointId,
                ChainId = plan.ChainId,
                Cluster = job.Cluster,
                Label = request.Label,
                Kind = plan.Kind,
                Created = Timestamp.FromDateTimeOffset(job.Created),
                Caveats = { cut.Caveats },
                Consistency = cut.Consistency,
                SkewMs = (long)spread.TotalMilliseconds,
                Engine = before.Cluster.Engine,
                JobId = job.Id.ToString(),
                Objects = { plan.Objects },
            },
            Topology = { after.ToRecord() },
            Captures = { captures },
            TopologyFingerprintBefore = before.Fingerprint,
            TopologyFingerprintAfter = after.Fingerprint,
        };
    }

    /// <summary>The engine of a captured plan's cluster.</summary>
    public static string Engine(BackupPlan plan) => Captured(plan).Summary.Engine;

    /// <summary>The whole record. The same plan and parts give the same record.</summary>
    public static CommitRecord Complete(BackupPlan plan, IReadOnlyList<PrepareResult> parts)
    {
        var record = Captured(plan);
        var caveats = record.Summary.Caveats.Concat(parts.SelectMany(prepared => prepared.Caveats))
            .GroupBy(caveat => caveat.Name, StringComparer.Ordinal)
            .Select(same => new Caveat { Name = same.Key, Text = string.Join("; ", same.Select(caveat => caveat.Text).Distinct()) })
            .OrderBy(caveat => caveat.Name, StringComparer.Ordinal)
            .ToList();
        record.Summary.Caveats.Clear();
        record.Summary.Caveats.AddRange(caveats);
        foreach (var part in parts.Select(prepared => prepared.Node))
        {
            var mine = part.Clone();

            // A leader that moved while it was captured left its metadata in the former leader's part too; a restore puts
            // those of one node in place.
            mine.HasMetadata = part.HasMetadata && (plan.MetadataNode is null || plan.MetadataNode == part.Node);
            record.Summary.Nodes.Add(mine);
        }

        return plan.Missing.Count == 0 ? record : Partial(record, plan);
    }

    private static CommitRecord Partial(CommitRecord record, BackupPlan plan)
    {
        var coverage = PointCoverage.Of(plan);
        record.Coverage = coverage;
        record.Summary.Partial = true;
        record.Summary.MissingNodes.Add(plan.Missing.Select(missing => missing.Node));

        // Who is missing has nothing in the point: neither times nor a place in its topology.
        foreach (var missing in plan.Missing)
        {
            Remove(record.Topology, node => node.Node == missing.Node);
            Remove(record.Captures, node => node.Node == missing.Node);
        }

        if (!coverage.Whole)
        {
            record.Summary.Caveats.Add(new Caveat
            {
                Name = PointCoverage.CaveatName,
                Text = "the point does not make the whole cluster again: " + string.Join("; ", coverage.Findings),
            });
        }

        return record;
    }

    private static void Remove<T>(Google.Protobuf.Collections.RepeatedField<T> field, Func<T, bool> unwanted)
    {
        foreach (var item in field.Where(unwanted).ToList())
        {
            field.Remove(item);
        }
    }

    private static CommitRecord Captured(BackupPlan plan) => CommitRecord.Parser.ParseFrom(
        plan.Captured ?? throw new InvalidOperationException("nothing has been captured yet"));
}
