using System.Collections.Concurrent;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Cairn.Cli.Tests.Scripted;

/// <summary>
/// A coordinator that answers what a test tells it to, over real gRPC, and remembers what it was asked. A question that
/// the test said nothing about is refused as UNIMPLEMENTED by the generated base.
/// </summary>
internal sealed class ScriptedCoordinator : Cairn.V1.Coordinator.CoordinatorBase
{
    /// <summary>Every request in the order it came.</summary>
    public ConcurrentQueue<IMessage> Requests { get; } = new();

    public List<Cluster> Clusters { get; } = [];

    public List<Node> Nodes { get; } = [];

    public Topology? Topology { get; set; }

    public ListBackupsResponse Backups { get; set; } = new();

    public Backup? Backup { get; set; }

    public List<NodeEntry> Files { get; } = [];

    public RestorePlan? Plan { get; set; }

    public AftermathPlan? AftermathPlan { get; set; }

    public List<User> Users { get; } = [];

    public WhoAmIResponse? Me { get; set; }

    /// <summary>What a new token is.</summary>
    public string Token { get; set; } = "cairn-user.bob.c2VjcmV0";

    public List<AuditEntry> Audit { get; } = [];

    public AuditVerdict? Verdict { get; set; }

    /// <summary>What running, verifying, undoing … answers at once.</summary>
    public Job? Begun { get; set; }

    /// <summary>Thrown instead of beginning a job.</summary>
    public CairnException? Refusal { get; set; }

    /// <summary>What a watch tells; each watch that is opened takes the next one.</summary>
    public ConcurrentQueue<Func<IServerStreamWriter<Job>, ServerCallContext, Task>> Watches { get; } = new();

    /// <summary>Makes the next watch tell these states and then end.</summary>
    public void WatchTells(params Job[] states) => Watches.Enqueue(async (stream, context) =>
    {
        foreach (var state in states)
        {
            await stream.WriteAsync(state, context.CancellationToken);
        }
    });

    public TRequest Asked<TRequest>() => Requests.OfType<TRequest>().Last();

    public RebuildCatalogResponse Rebuilt { get; set; } = new();

    public override Task<Cluster> LockCluster(LockClusterRequest request, ServerCallContext context) => Answer(request, Clusters[0]);

    public override Task<Cluster> UnlockCluster(UnlockClusterRequest request, ServerCallContext context) => Answer(request, Clusters[0]);

    public override Task<Cluster> AddCluster(AddClusterRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        var cluster = new Cluster { Name = request.Name, Engine = request.Engine, Nodes = { request.Nodes } };
        Clusters.Add(cluster);
        return Task.FromResult(cluster);
    }

    public override Task<ListClustersResponse> ListClusters(ListClustersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListClustersResponse { Clusters = { Clusters } });

    public override Task<Topology> GetTopology(GetTopologyRequest request, ServerCallContext context) =>
        Answer(request, Topology);

    public override Task<ListNodesResponse> ListNodes(ListNodesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListNodesResponse { Nodes = { Nodes } });

    public override Task<Node> GetNode(GetNodeRequest request, ServerCallContext context) =>
        Answer(request, Nodes.FirstOrDefault(node => node.Name == request.Name));

    public override Task<Job> RunBackup(RunBackupRequest request, ServerCallContext context) => Answer(request, Begun);

    public override Task<ListBackupsResponse> ListBackups(ListBackupsRequest request, ServerCallContext context) =>
        Answer(request, Backups);

    public override Task<Backup> GetBackup(GetBackupRequest request, ServerCallContext context) =>
        Answer(request, Backup);

    public override async Task ListBackupFiles(
        ListBackupFilesRequest request, IServerStreamWriter<NodeEntry> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        foreach (var file in Files)
        {
            await responseStream.WriteAsync(file, context.CancellationToken);
        }
    }

    public DeletionPlan? Deletion { get; set; }

    public override Task<DeletionPlan> PlanDeletion(DeleteBackupRequest request, ServerCallContext context) =>
        Answer(request.Clone(), Deletion);

    public override Task<Job> DeleteBackup(DeleteBackupRequest request, ServerCallContext context) => Answer(request, Begun);

    public override Task<Job> ExportBackup(ExportBackupRequest request, ServerCallContext context) => Answer(request, Begun);

    public override Task<Job> ResumeJob(ResumeJobRequest request, ServerCallContext context) => Answer(request, Begun);

    public override Task<Job> VerifyBackup(VerifyBackupRequest request, ServerCallContext context) =>
        Answer(request, Begun);

    public override Task<RestorePlan> PlanRestore(RestoreRequest request, ServerCallContext context) =>
        Answer(request.Clone(), Plan);

    public override Task<RebuildCatalogResponse> RebuildCatalog(RebuildCatalogRequest request, ServerCallContext context) =>
        Answer(request, Rebuilt);

    public override Task<Job> RunRestore(RestoreRequest request, ServerCallContext context) => Answer(request, Begun);

    public override Task<AftermathPlan> PlanAftermath(PlanAftermathRequest request, ServerCallContext context) =>
        Answer(request, AftermathPlan);

    public override Task<UserToken> AddUser(AddUserRequest request, ServerCallContext context) => Answer(
        request, new UserToken { User = new User { Name = request.Name, Role = request.Role }, Token = Token });

    public override Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListUsersResponse { Users = { Users } });

    public override Task<User> RemoveUser(RemoveUserRequest request, ServerCallContext context) =>
        Answer(request, Users.Find(user => user.Name == request.Name));

    public override Task<UserToken> RotateUserToken(RotateUserTokenRequest request, ServerCallContext context) =>
        Answer(request, new UserToken { User = new User { Name = request.Name }, Token = Token });

    public override Task<WhoAmIResponse> WhoAmI(WhoAmIRequest request, ServerCallContext context) => Answer(request, Me);

    public override async Task ListAudit(
        ListAuditRequest request, IServerStreamWriter<AuditEntry> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        foreach (var entry in Audit)
        {
            await responseStream.WriteAsync(entry, context.CancellationToken);
        }
    }

    public override Task<AuditVerdict> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) =>
        Answer(request, Verdict);

    public override Task<Job> UndoRestore(UndoRestoreRequest request, ServerCallContext context) =>
        Answer(request, Begun);

    public override Task<Job> DiscardRestore(DiscardRestoreRequest request, ServerCallContext context) =>
        Answer(request, Begun);

    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        return Task.FromResult(new ListJobsResponse { Jobs = { Begun is null ? [] : new[] { Begun } } });
    }

    public override Task<Job> GetJob(GetJobRequest request, ServerCallContext context) =>
        Answer(request, Begun is { } job && job.JobId.StartsWith(request.JobId, StringComparison.Ordinal) ? job : null);

    public override Task<Job> CancelJob(CancelJobRequest request, ServerCallContext context) => Answer(request, Begun);

    public override async Task WatchJob(
        WatchJobRequest request, IServerStreamWriter<Job> responseStream, ServerCallContext context)
    {
        Requests.Enqueue(request);
        if (!Watches.TryDequeue(out var watch))
        {
            throw new CairnException(ErrorCode.UnknownJob, "no watch is left in the script", "mend the test");
        }

        await watch(responseStream, context);
    }

    private Task<TAnswer> Answer<TAnswer>(IMessage request, TAnswer? answer)
        where TAnswer : class
    {
        Requests.Enqueue(request);
        if (Refusal is { } refusal)
        {
            throw refusal;
        }

        return Task.FromResult(answer ?? throw new CairnException(
            ErrorCode.InvalidRequest, "the script has no answer to this", "mend the test"));
    }
}
