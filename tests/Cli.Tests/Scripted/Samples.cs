using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Cli.Tests.Scripted;

/// <summary>Messages as a coordinator of a three-node cluster sends them.</summary>
internal static class Samples
{
    public const string JobId = "019a3f00-0000-7000-8000-000000000001";
    public const string PointId = "20261101T120000Z-3fa9c1";

    public static Timestamp Noon(double seconds = 0) =>
        Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(seconds));

    public static ErrorDetail Running() => new()
    {
        Code = "INSTANCE_RUNNING",
        Message = "n2: process 4711 has '/data/n2/meta/raft.db' open, so its data cannot be replaced",
        WayOut = "stop the instance, or give the restore another directory",
        Node = "n2",
        Object = "/data/n2/meta/raft.db",
    };

    public static Cluster Cluster(string name = "demo") =>
        new() { Name = name, Engine = "files", Nodes = { "n1", "n2", "n3" }, Epoch = 7 };

    public static Node Node(string name) => new()
    {
        Name = name,
        Address = "http://127.0.0.1:7461",
        AgentVersion = "0.1.0",
        ProtocolVersion = 1,
        State = "online",
        LastHeartbeat = Noon(),
        Clusters = { "demo" },
        Description = Description(name),
    };

    public static NodeDescription Description(string name) => new()
    {
        Node = name,
        Repository = new RepositoryDescription
        {
            Path = $"/backup/{name}", RepositoryId = "r-1", FreeBytes = 20L << 30, Points = 2,
        },
        Instances =
        {
            new InstanceDescription
            {
                Name = "db",
                Engine = "files",
                Version = "v1.5.2",
                Roles = { "meta", "store" },
                RunState = RunState.Running,
                RunFindings = { "process 4711 runs with this configuration" },
                Addresses =
                {
                    new RoleAddress { Role = "meta", Address = "127.0.0.1:8091" },
                    new RoleAddress { Role = "store", Address = "127.0.0.1:8400" },
                },
                Roots = { new DataRoot { Name = "data", Path = $"/data/{name}/data" } },
                Capabilities = { "backup.hot", "restore" },
                CaptureSteps = { new CaptureStep { Name = "logs" }, new CaptureStep { Name = "data" } },
            },
        },
    };

    public static Topology Topology() => new()
    {
        Cluster = Cluster(),
        Fingerprint = "9f2c",
        Objects = { "db0" },
        Nodes =
        {
            new NodeTopologyState { Node = "n1", Reachable = true, Description = Description("n1"), ClockOffsetMs = 2 },
            new NodeTopologyState { Node = "n2", Reachable = false },
        },
        Members =
        {
            new ClusterMember
            {
                Role = "meta", Address = "127.0.0.1:8091", Id = "1", Alive = true, Leader = true, Source = "raft-stat",
            },
            new ClusterMember { Role = "store", Address = "127.0.0.2:8400", Id = "5", Source = "SHOW CLUSTER" },
        },
        Partitions =
        {
            new PartitionPlacement
            {
                Object = "db0", PartitionId = "0", Role = "store", OwnerAddress = "127.0.0.1:8400",
            },
            new PartitionPlacement
            {
                Object = "db1", PartitionId = "0", Role = "store", OwnerAddress = "127.0.0.1:8400", ReplicaGroup = "3",
                ReplicaLeader = true,
            },
        },
        Problems =
        {
            new ErrorDetail
            {
                Code = "MEMBER_DEAD", Node = "n2", Message = "the store 127.0.0.2:8400 is dead", WayOut = "start it",
            },
        },
    };

    public static PointSummary Point() => new()
    {
        PointId = PointId,
        ChainId = "c-" + PointId,
        Cluster = "demo",
        Engine = "files",
        Label = "nightly",
        Kind = BackupKind.Full,
        Created = Noon(),
        Consistency = "all points acknowledged before the start",
        SkewMs = 1250,
        JobId = JobId,
        Nodes =
        {
            new PointNode
            {
                Node = "n1", Files = 1200, Bytes = 4 << 20, StoredBytes = 1 << 20, CaptureMs = 850, Roles = { "meta", "store" },
                HasMetadata = true,
            },
            new PointNode { Node = "n2", Files = 10, Bytes = 1 << 20, StoredBytes = 1 << 19, CaptureMs = 90, Roles = { "store" } },
        },
    };

    public static Backup Backup() => new()
    {
        Summary = Point(),
        HeldBy = { "n1", "n2" },
        Record = new CommitRecord
        {
            Captures = { new NodeCapture { Node = "n1", Started = Noon(0.25), Ended = Noon(1.1) } },
        },
    };

    public static Job Job(JobState state = JobState.Running, string kind = "backup") => new()
    {
        JobId = JobId,
        Kind = kind,
        Cluster = "demo",
        State = state,
        Phase = state == JobState.Running ? "copy" : "",
        PointId = PointId,
        Created = Noon(),
        Ended = state is JobState.Running or JobState.Queued ? null : Noon(12),
    };

    public static JobNode JobNode(
        string node, TaskState state, long done, long total, string phase = "copy") => new()
        {
            Node = node,
            State = state,
            Progress = new Progress
            {
                Phase = phase, BytesDone = done, BytesTotal = total, FilesDone = done >> 10, FilesTotal = total >> 10,
            },
        };

    public const string PlanHash = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";

    public static AftermathPlan AftermathPlan(Aftermath what) => new()
    {
        Cluster = "demo",
        What = what,
        RestoreJobId = JobId,
        PointId = PointId,
        Nodes = { "n1", "n2" },
        Steps = { $"{what.ToString().ToLowerInvariant()} restore {JobId}", "on n1", "on n2" },
        PlanHash = PlanHash,
    };

    public static RestorePlan Plan(bool possible = true)
    {
        var plan = new RestorePlan
        {
            Cluster = "demo",
            Point = Point(),
            Possible = possible,
            PlanHash = PlanHash,
            Checks = { new Check { Name = "topology", Passed = true, Finding = "3 nodes, as in the point" } },
            Nodes =
            {
                new NodePlan
                {
                    Node = "n1",
                    SourceNode = "n1",
                    MetadataHere = true,
                    Precheck = new PrecheckResult
                    {
                        Node = "n1",
                        BytesNeeded = 4 << 20,
                        BytesFree = 20L << 30,
                        Checks = { new Check { Name = "stopped", Passed = true, Finding = "no process, no port, no lock" } },
                        Plan = { "/data/n1/data: swapped, the old one stays beside" },
                    },
                },
                new NodePlan { Node = "n2", SourceNode = "n2", Precheck = new PrecheckResult { Node = "n2" } },
            },
        };
        plan.Nodes[1].Precheck.Checks.Add(possible
            ? new Check { Name = "stopped", Passed = true, Finding = "no process, no port, no lock" }
            : new Check
            {
                Name = "stopped",
                Finding = "process 4711 has raft.db open, and 2 signs more", Error = Running(),
                Evidence = { "process 4711 has raft.db open", "a process holds the lock on raft.db", "process 4711 listens on 8091" },
            });
        return plan;
    }
}
