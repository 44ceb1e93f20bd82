using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using RecordOnWire = Cairn.V1.CommitRecord;
using SummaryOnWire = Cairn.V1.PointSummary;

namespace Cairn.Agent.Importing;

/// <summary>
/// Copies backups that the database's own tools made into this node's repository and prepares them as points; they exist for a restore only when
/// <see cref="ImportCommit"/> has committed them. Needs neither a coordinator nor the database.
/// </summary>
internal sealed class PointImport(AgentSettings settings, INodeRepository repository, TimeProvider time, TextWriter output)
{
    private static readonly TimeSpan CleaningLimit = TimeSpan.FromMinutes(5);

    /// <summary>Checks everything, copies, prepares; after a failure nothing of it is left.</summary>
    /// <exception cref="CairnException">As <see cref="IImportingEngine.ReadForeign"/>, and what a copy can fail with.</exception>
    public async Task<ImportedPart> PrepareAsync(ImportRequest request, CancellationToken cancellationToken)
    {
        var engine = settings.Engines.Get(request.Instance.Engine);
        var importing = engine as IImportingEngine ?? throw new CairnException(
            ErrorCode.Unsupported,
            $"the engine {engine.Name} has no backups of its own that could be imported",
            "back the cluster up with 'cairn backup run'",
            settings.Node,
            engine.Name);
        var found = importing.ReadForeign(request.Instance, request.Backup, cancellationToken);
        foreach (var note in found.SelectMany(point => point.Notes.Select(note => $"{point.Source}: {note}")))
        {
            await output.WriteLineAsync(note);
        }

        var plans = Plan(request, found);
        var description = await engine.Open(request.Instance).DescribeAsync(askDatabase: false, cancellationToken);
        var points = new List<ImportedPoint>();
        try
        {
            foreach (var (point, plan) in found.Zip(plans))
            {
                points.Add(await PrepareAsync(request, description, point, plan, cancellationToken));
                await output.WriteLineAsync($"{plan.Point}: copied from {point.Source}");
            }

            return new ImportedPart(ImportedPart.CurrentSchema, request.Cluster, engine.Name, settings.Node, points);
        }
        catch
        {
            using var limit = new CancellationTokenSource(CleaningLimit, time);
            await AbortAsync(plans, limit.Token);
            throw;
        }
    }

    /// <summary>Sweeps what was prepared and never committed. Twice is once.</summary>
    public async Task AbortAsync(ImportedPart part, CancellationToken cancellationToken)
    {
        foreach (var point in part.Points)
        {
            await repository.AbortAsync(PointIds.Require(ImportCommit.Parse(point).Summary.PointId), cancellationToken);
        }
    }

    private async Task AbortAsync(List<Planned> plans, CancellationToken cancellationToken)
    {
        foreach (var plan in plans)
        {
            await repository.AbortAsync(plan.Point, cancellationToken);
        }
    }

    private List<Planned> Plan(ImportRequest request, IReadOnlyList<ForeignPoint> found)
    {
        if (request.With is { } with)
        {
            RequireAlike(request, with, found.Count);
            return [.. with.Points.Select(ImportCommit.Parse).Zip(with.Points, (record, point) => new Planned(
                PointIds.Require(record.Summary.PointId),
                ChainId.Parse(record.Summary.ChainId),
                point.BasePointId is { } known ? PointIds.Require(known) : null,
                record.Summary))];
        }

        var chain = ChainId.New(found[0].Taken);
        var plans = new List<Planned>();
        foreach (var point in found)
        {
            var id = PointId.New(point.Taken);
            PointId? onto = plans.Count == 0 ? null : plans[^1].Point;
            plans.Add(new Planned(id, chain, onto, new SummaryOnWire
            {
                PointId = id.Text,
                ChainId = chain.Text,
                Cluster = request.Cluster,
                Label = request.Label,
                Kind = onto is null ? BackupKind.Full : BackupKind.Incremental,
                Created = point.Taken.ToTimestamp(),
                Engine = request.Instance.Engine,
                JobId = JobId.New(time).ToString(),
            }));
        }

        return plans;
    }

    private void RequireAlike(ImportRequest request, ImportedPart with, int points)
    {
        if (with.Cluster != request.Cluster || with.Engine != request.Instance.Engine || with.Points.Count != points || with.Node == settings.Node)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the part of node '{with.Node}' has {with.Points.Count} points of cluster '{with.Cluster}' ({with.Engine}), this node '{settings.Node}' has {points} of '{request.Cluster}' ({request.Instance.Engine})",
                "import the same backups on every node: a full one and as many increments, of one cluster",
                settings.Node);
        }
    }

    private async Task<ImportedPoint> PrepareAsync(
        ImportRequest request, InstanceDescription description, ForeignPoint point, Planned plan, CancellationToken cancellationToken)
    {
        var spec = new BeginPoint
        {
            Point = plan.Point,
            Chain = plan.Chain,
            BasePoint = plan.BasePoint,
            Node = settings.Node,
            Cluster = request.Cluster,
            Engine = request.Instance.Engine,
            Job = plan.Summary.JobId,
            Compression = settings.Compression,
        };
        await using var writer = await repository.BeginPointAsync(spec, cancellationToken);
        var copied = await writer.WriteAsync(Named(request.Instance.Name, point.Entries(cancellationToken)), progress: null, cancellationToken);
        var manifest = await writer.PrepareAsync(new PointProperties(PropertiesOf(request, description, point).ToJson()), cancellationToken);
        return new ImportedPoint(
            plan.BasePoint?.Text,
            ImportCommit.Format(RecordOf(description, point, plan, manifest, copied)),
            [.. point.Evidence.Select(e => new ImportedEvidence(request.Instance.Name, e.Step, Convert.ToBase64String(e.Evidence.Span)))]);
    }

    private static async IAsyncEnumerable<SourceEntry> Named(string instance, IAsyncEnumerable<SourceEntry> entries)
    {
        await foreach (var entry in entries)
        {
            yield return entry with { Path = PointPaths.Of(instance, entry.Path) };
        }
    }

    private NodeProperties PropertiesOf(ImportRequest request, InstanceDescription description, ForeignPoint point) => new(
        NodeProperties.CurrentSchema,
        settings.Node,
        request.Cluster,
        Cold: false,
        point.Taken,
        point.Taken,
        [
            new InstanceProperties(
                request.Instance.Name,
                request.Instance.Engine,
                point.Version,
                [.. description.Roles],
                point.Leads,
                [.. description.Addresses.Select(address => new AddressProperties(address.Role, address.Address))],
                [.. description.Roots.Select(root => new RootProperties(root.Name, root.Path))],
                point.Record),
        ],
        MetadataFrom: "");

    private RecordOnWire RecordOf(
        InstanceDescription description, ForeignPoint point, Planned plan, PreparedManifest manifest, PreparedPoint copied)
    {
        var summary = plan.Summary.Clone();
        summary.Nodes.Clear();
        summary.Caveats.Clear();
        summary.Caveats.Add(point.Caveats);
        summary.Nodes.Add(new PointNode
        {
            Node = settings.Node,
            ManifestHash = manifest.Hash.ToString(),
            Files = manifest.Files,
            Bytes = manifest.Bytes,
            StoredBytes = manifest.NewStoredBytes,
            CarriedBytes = copied.CarriedBytes,
            FullInsideIncremental = manifest.FullInsideChain,
            Roles = { description.Roles },
            HasMetadata = point.HasMetadata,
        });
        var instance = new InstanceTopology
        {
            Name = description.Name,
            Engine = description.Engine,
            Version = point.Version,
            Roles = { description.Roles },
            Addresses = { description.Addresses },
            Roots = { description.Roots },
            Leads = { point.Leads },
        };
        return new RecordOnWire
        {
            Summary = summary,
            Topology = { new NodeTopology { Node = settings.Node, Instances = { instance } } },
            Captures = { new NodeCapture { Node = settings.Node, Started = point.Taken.ToTimestamp(), Ended = point.Taken.ToTimestamp() } },
        };
    }

    private sealed record Planned(PointId Point, ChainId Chain, PointId? BasePoint, SummaryOnWire Summary);
}
