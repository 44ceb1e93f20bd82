using Cairn.Repository;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using CommitRecord = Cairn.V1.CommitRecord;
using PointSummary = Cairn.V1.PointSummary;

namespace Cairn.Agent.Tests.Plain;

/// <summary>Makes a backup point on a <see cref="TestAgent"/> as a coordinator would.</summary>
internal static class TestBackup
{
    /// <summary>All steps, up to a committed point.</summary>
    public static async Task<PointId> BackUpAsync(
        this TestAgent agent,
        PointId? onto = null,
        ChainId? chain = null,
        IReadOnlyList<string>? otherNodes = null,
        TimeSpan later = default,
        params string[] caveats)
    {
        var job = TestAgent.NewJob();
        var point = PointId.New(TimeProvider.System.GetUtcNow() + later);
        await agent.CaptureAsync(job, point);
        var copy = agent.CopyRequest(job, point, onto, chain);
        await agent.DoneAsync(agent.Client.CopyAsync(copy));
        await agent.DoneAsync(agent.Client.EndCaptureAsync(new EndCaptureRequest { Header = agent.Header(job) }));
        var prepared = await agent.DoneAsync(agent.Client.PrepareAsync(
            new PrepareRequest { Header = agent.Header(job), PointId = point.ToString() }));
        var commit = agent.CommitRequest(job, copy, prepared.Prepare.Node, caveats);
        foreach (var node in otherNodes ?? [])
        {
            var other = prepared.Prepare.Node.Clone();
            other.Node = node;
            commit.Record.Summary.Nodes.Add(other);
            var capture = commit.Record.Captures[0].Clone();
            capture.Node = node;
            commit.Record.Captures.Add(capture);
        }

        await agent.DoneAsync(agent.Client.CommitAsync(commit));
        return point;
    }

    public static async Task CaptureAsync(this TestAgent agent, string job, PointId point)
    {
        await agent.DoneAsync(agent.Client.CaptureAsync(agent.CaptureRequest(job, point, "data")));
        await agent.DoneAsync(agent.Client.CaptureAsync(agent.CaptureRequest(job, point, "metadata")));
    }

    public static CopyRequest CopyRequest(
        this TestAgent agent, string job, PointId point, PointId? onto = null, ChainId? chain = null) => new()
    {
        Header = agent.Header(job),
        PointId = point.ToString(),
        Kind = onto is null ? BackupKind.Full : BackupKind.Incremental,
        ChainId = (chain ?? ChainId.New(TimeProvider.System.GetUtcNow())).ToString(),
        BasePointId = onto?.ToString() ?? "",
        Engine = PlainEngine.EngineName,
    };

    public static CommitRequest CommitRequest(
        this TestAgent agent, string job, CopyRequest copy, PointNode node, params string[] caveats)
    {
        var now = TimeProvider.System.GetUtcNow().ToTimestamp();
        var summary = new PointSummary
        {
            PointId = copy.PointId,
            ChainId = copy.ChainId,
            Cluster = TestAgent.Cluster,
            Kind = copy.Kind,
            Created = now,
            Consistency = "what the directories held",
            Engine = PlainEngine.EngineName,
            JobId = job,
            Nodes = { node },
        };
        summary.Caveats.AddRange(caveats.Select(name => new Caveat { Name = name, Text = name }));
        return new CommitRequest
        {
            Header = agent.Header(job),
            PointId = copy.PointId,
            Record = new CommitRecord
            {
                Summary = summary,
                Captures = { new NodeCapture { Node = node.Node, Started = now, Ended = now } },
            },
        };
    }

    public static StageRequest StageRequest(
        this TestAgent agent, string job, PointId point, bool metadataHere = true, params string[] caveats) => new()
    {
        Header = agent.Header(job),
        PointId = point.ToString(),
        SourceNode = TestAgent.Node,
        MetadataHere = metadataHere,
        AcceptedCaveats = { caveats },
    };

    /// <summary>Stage, decide, swap; returns the restore's job.</summary>
    public static async Task<string> RestoreAsync(this TestAgent agent, PointId point, bool metadataHere = true)
    {
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point, metadataHere)));
        await agent.DoneAsync(agent.Client.DecideAsync(new DecideRequest { Header = agent.Header(job) }));
        await agent.DoneAsync(agent.Client.SwapAsync(new SwapRequest { Header = agent.Header(job) }));
        return job;
    }
}
