using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Backups;
using Cairn.Coordinator.Deleting;
using Cairn.Coordinator.Exporting;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Rebuild;
using Cairn.Coordinator.Restores;
using Cairn.Coordinator.Topology;
using Cairn.Coordinator.Users;
using Cairn.Coordinator.Verifying;
using Cairn.Shared.Security;
using Cairn.V1;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Cairn.Coordinator.Service;

/// <summary>The coordinator's contract on the wire; each call is one line to the capability that answers it.</summary>
internal sealed class CoordinatorService(
    NodeRequests nodes,
    ClusterRequests clusters,
    BackupRequests backups,
    RestoreRequests restores,
    VerifyRequests verifications,
    DeletionRequests deletions,
    ExportRequests exports,
    CatalogRebuild rebuild,
    JobRequests jobs,
    UserRequests users,
    AuditRequests audit,
    IHostApplicationLifetime lifetime) : V1.Coordinator.CoordinatorBase
{
    public override Task<RegisterAgentResponse> RegisterAgent(RegisterAgentRequest request, ServerCallContext context) =>
        Task.FromResult(nodes.Register(request));

    public override Task<HeartbeatResponse> Heartbeat(HeartbeatRequest request, ServerCallContext context) =>
        Task.FromResult(nodes.Beat(request));

    public override Task<GetDecisionResponse> GetDecision(GetDecisionRequest request, ServerCallContext context) =>
        Task.FromResult(restores.Decision(request));

    public override Task<Cluster> AddCluster(AddClusterRequest request, ServerCallContext context) =>
        Task.FromResult(clusters.Add(request));

    public override Task<ListClustersResponse> ListClusters(ListClustersRequest request, ServerCallContext context) =>
        Task.FromResult(clusters.List());

    public override Task<V1.Topology> GetTopology(GetTopologyRequest request, ServerCallContext context) =>
        clusters.LookAsync(request.Cluster, context.CancellationToken);

    public override Task<Cluster> LockCluster(LockClusterRequest request, ServerCallContext context) =>
        Task.FromResult(clusters.Lock(request));

    public override Task<Cluster> UnlockCluster(UnlockClusterRequest request, ServerCallContext context) =>
        clusters.UnlockAsync(request, CurrentCaller.Of(context), context.CancellationToken);

    public override Task<ListNodesResponse> ListNodes(ListNodesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListNodesResponse { Nodes = { nodes.List() } });

    public override Task<Node> GetNode(GetNodeRequest request, ServerCallContext context) =>
        nodes.LookAsync(request.Name, context.CancellationToken);

    public override Task<Job> RunBackup(RunBackupRequest request, ServerCallContext context) =>
        Task.FromResult(backups.Run(request, CurrentCaller.Of(context)));

    public override Task<ListBackupsResponse> ListBackups(ListBackupsRequest request, ServerCallContext context) =>
        backups.ListAsync(request.Cluster, context.CancellationToken);

    public override Task<Backup> GetBackup(GetBackupRequest request, ServerCallContext context) =>
        backups.GetAsync(request.Cluster, request.Point, context.CancellationToken);

    public override async Task ListBackupFiles(
        ListBackupFilesRequest request, IServerStreamWriter<NodeEntry> responseStream, ServerCallContext context)
    {
        await foreach (var entry in backups.FilesAsync(request, context.CancellationToken))
        {
            await responseStream.WriteAsync(entry, context.CancellationToken);
        }
    }

    public override Task<Job> VerifyBackup(VerifyBackupRequest request, ServerCallContext context) =>
        Task.FromResult(verifications.Run(request, CurrentCaller.Of(context)));

    public override Task<DeletionPlan> PlanDeletion(DeleteBackupRequest request, ServerCallContext context) =>
        deletions.PlanAsync(request, context.CancellationToken);

    public override Task<Job> DeleteBackup(DeleteBackupRequest request, ServerCallContext context) =>
        Task.FromResult(deletions.Run(request, CurrentCaller.Of(context)));

    public override Task<Job> ExportBackup(ExportBackupRequest request, ServerCallContext context) =>
        Task.FromResult(exports.Run(request, CurrentCaller.Of(context)));

    public override Task<RestorePlan> PlanRestore(RestoreRequest request, ServerCallContext context) =>
        restores.PlanAsync(request, CurrentCaller.Of(context), context.Method, context.CancellationToken);

    public override Task<Job> RunRestore(RestoreRequest request, ServerCallContext context) =>
        Task.FromResult(restores.Run(request, CurrentCaller.Of(context)));

    public override Task<AftermathPlan> PlanAftermath(PlanAftermathRequest request, ServerCallContext context) =>
        restores.PlanAsync(request, context.CancellationToken);

    public override Task<Job> UndoRestore(UndoRestoreRequest request, ServerCallContext context) =>
        restores.UndoAsync(request, CurrentCaller.Of(context), context.CancellationToken);

    public override Task<Job> DiscardRestore(DiscardRestoreRequest request, ServerCallContext context) =>
        restores.DiscardAsync(request, CurrentCaller.Of(context), context.CancellationToken);

    public override Task<RebuildCatalogResponse> RebuildCatalog(RebuildCatalogRequest request, ServerCallContext context) =>
        rebuild.RunAsync(context.CancellationToken);

    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context) =>
        Task.FromResult(jobs.List(request, CurrentCaller.Of(context)));

    public override Task<Job> GetJob(GetJobRequest request, ServerCallContext context) =>
        Task.FromResult(jobs.Get(request, CurrentCaller.Of(context)));

    public override Task<Job> CancelJob(CancelJobRequest request, ServerCallContext context) =>
        Task.FromResult(jobs.Cancel(request, CurrentCaller.Of(context)));

    public override Task<Job> ResumeJob(ResumeJobRequest request, ServerCallContext context) =>
        Task.FromResult(jobs.Resume(request, CurrentCaller.Of(context)));

    public override async Task WatchJob(
        WatchJobRequest request, IServerStreamWriter<Job> responseStream, ServerCallContext context)
    {
        // A watcher must not hold up a stop: it is told to come back, and the job goes on after the restart.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var state in jobs.WatchAsync(request, CurrentCaller.Of(context), ending.Token))
            {
                await responseStream.WriteAsync(state, ending.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the coordinator is stopping; watch again"));
        }
    }

    public override Task<V1.UserToken> AddUser(AddUserRequest request, ServerCallContext context) =>
        Task.FromResult(users.Add(request, CurrentCaller.Of(context)));

    public override Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context) =>
        Task.FromResult(users.List());

    public override Task<User> RemoveUser(RemoveUserRequest request, ServerCallContext context) =>
        Task.FromResult(users.Remove(request));

    public override Task<V1.UserToken> RotateUserToken(RotateUserTokenRequest request, ServerCallContext context) =>
        Task.FromResult(users.RotateToken(request));

    public override Task<WhoAmIResponse> WhoAmI(WhoAmIRequest request, ServerCallContext context) =>
        Task.FromResult(users.WhoAmI(CurrentCaller.Of(context)));

    public override async Task ListAudit(
        ListAuditRequest request, IServerStreamWriter<AuditEntry> responseStream, ServerCallContext context)
    {
        foreach (var entry in audit.List(request, context.CancellationToken))
        {
            await responseStream.WriteAsync(entry, context.CancellationToken);
        }
    }

    public override Task<AuditVerdict> VerifyAudit(VerifyAuditRequest request, ServerCallContext context) =>
        Task.FromResult(audit.Verify(context.CancellationToken));
}
