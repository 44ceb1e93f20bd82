using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Deleting;
using Cairn.Agent.Describe;
using Cairn.Agent.Restore;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Cairn.Agent.Service;

/// <summary>The contract's service: hands each call to who answers it. Failures become statuses at the one edge, in Shared.</summary>
internal sealed class AgentService(
    AgentSettings settings,
    TaskDesk tasks,
    NodeDescriber describer,
    BackupChecks backupChecks,
    RestorePlanner restorePlanner,
    CaptureSteps steps,
    CaptureDesk captures,
    MetadataExchange metadata,
    PointCatalogue catalogue,
    PointDeletion deletion,
    Journal.AgentJournal journal,
    IHostApplicationLifetime lifetime) : Cairn.V1.Agent.AgentBase
{
    public override Task<NodeDescription> Describe(DescribeRequest request, ServerCallContext context) =>
        Guarded(() => describer.DescribeAsync(request.AskDatabases, context.CancellationToken));

    public override Task<PrecheckResult> Precheck(PrecheckRequest request, ServerCallContext context) =>
        Guarded(async () => request.PurposeCase switch
        {
            PrecheckRequest.PurposeOneofCase.Backup => await backupChecks.RunAsync(request, context.CancellationToken),
            PrecheckRequest.PurposeOneofCase.Restore => RestorePlanner.ToResult(
                await restorePlanner.PlanAsync(QuestionOf(request), context.CancellationToken), settings.Node),
            _ => throw new CairnException(
                ErrorCode.InvalidRequest,
                "the precheck is for neither a backup nor a restore",
                "bring coordinator and agent to the same version"),
        });

    public override Task<CheckCutResult> CheckCut(CheckCutRequest request, ServerCallContext context) =>
        Guarded(() => Task.FromResult(steps.CheckCut(request)));

    public override Task<TaskStatus> GetTask(GetTaskRequest request, ServerCallContext context) =>
        Guarded(() => Task.FromResult(tasks.Find(request.TaskId)));

    public override Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context) =>
        Guarded(() => Task.FromResult(new ListTasksResponse { Tasks = { tasks.List(request.JobId) } }));

    public override async Task WatchTask(
        WatchTaskRequest request, IServerStreamWriter<TaskStatus> responseStream, ServerCallContext context)
    {
        // A watcher must not hold up a stop: the server waits for its calls before anything else ends.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var status in tasks.WatchAsync(request.TaskId, ending.Token))
            {
                await responseStream.WriteAsync(status, ending.Token);
                if (status.State != TaskState.Running)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told below.
        }

        // The agent stops; whoever watches asks again when it is back.
        throw new RpcException(new Status(StatusCode.Unavailable, "the agent stops"));
    }

    public override Task<ListPointsResponse> ListPoints(ListPointsRequest request, ServerCallContext context) =>
        Guarded(() => catalogue.ListAsync(request, context.CancellationToken));

    public override Task ListEntries(
        ListEntriesRequest request, IServerStreamWriter<PointEntry> responseStream, ServerCallContext context) =>
        Guarded(async () =>
        {
            await catalogue.ListEntriesAsync(request, responseStream, context.CancellationToken);
            return true;
        });

    public override Task<TaskStatus> Capture(CaptureRequest request, ServerCallContext context) =>
        Accept("capture", request);

    public override Task<RenewCaptureResponse> RenewCapture(RenewCaptureRequest request, ServerCallContext context) =>
        Guarded(() =>
        {
            var header = CommandHeaders.Require(request.Header);
            journal.Epochs.Admit(header.Cluster, header.Epoch);
            var ends = captures.Renew(header.JobId, request.LeaseMs);
            return Task.FromResult(new RenewCaptureResponse
            {
                Held = ends is not null, EndsAt = ends?.ToTimestamp(), HoldsDatabase = captures.HoldsDatabase(header.JobId),
            });
        });

    public override Task<TaskStatus> Copy(CopyRequest request, ServerCallContext context) => Accept("copy", request);

    public override Task FetchMetadata(
        FetchMetadataRequest request, IServerStreamWriter<MetadataChunk> responseStream, ServerCallContext context) =>
        Guarded(async () =>
        {
            await metadata.FetchAsync(request, responseStream, context.CancellationToken);
            return true;
        });

    public override Task<PutMetadataResponse> PutMetadata(
        IAsyncStreamReader<MetadataChunk> requestStream, ServerCallContext context) =>
        Guarded(() => metadata.PutAsync(requestStream, context.CancellationToken));

    public override Task<TaskStatus> EndCapture(EndCaptureRequest request, ServerCallContext context) =>
        Accept("end-capture", request);

    public override Task<TaskStatus> Prepare(PrepareRequest request, ServerCallContext context) =>
        Accept("prepare", request);

    public override Task<TaskStatus> Commit(CommitRequest request, ServerCallContext context) =>
        Accept("commit", request);

    public override Task<DeleteResult> PlanDelete(PlanDeleteRequest request, ServerCallContext context) =>
        Guarded(() => deletion.PlanAsync(request, context.CancellationToken));

    public override Task<TaskStatus> Delete(DeleteRequest request, ServerCallContext context) => Accept("delete", request);

    public override Task<TaskStatus> Export(ExportRequest request, ServerCallContext context) => Accept("export", request);

    public override Task<TaskStatus> EndTasks(EndTasksRequest request, ServerCallContext context) => Accept("end-tasks", request);

    public override Task<TaskStatus> Abort(AbortRequest request, ServerCallContext context) => Accept("abort", request);

    public override Task<TaskStatus> Verify(VerifyRequest request, ServerCallContext context) =>
        Accept("verify", request);

    public override Task<TaskStatus> StopInstances(StopInstancesRequest request, ServerCallContext context) =>
        Accept("stop-instances", request);

    public override Task<TaskStatus> StartInstances(StartInstancesRequest request, ServerCallContext context) =>
        Accept("start-instances", request);

    public override Task<TaskStatus> Stage(StageRequest request, ServerCallContext context) => Accept("stage", request);

    public override Task<TaskStatus> Decide(DecideRequest request, ServerCallContext context) =>
        Accept("decide", request);

    public override Task<TaskStatus> Swap(SwapRequest request, ServerCallContext context) => Accept("swap", request);

    public override Task<TaskStatus> AdoptObjects(AdoptObjectsRequest request, ServerCallContext context) =>
        Accept("adopt-objects", request);

    public override Task<TaskStatus> Undo(UndoRequest request, ServerCallContext context) => Accept("undo", request);

    public override Task<TaskStatus> Discard(DiscardRequest request, ServerCallContext context) =>
        Accept("discard", request);

    private Task<TaskStatus> Accept(string kind, IMessage request) =>
        Guarded(() => Task.FromResult(tasks.Accept(kind, request)));

    private static RestoreQuestion QuestionOf(PrecheckRequest request) => new(
        request.Header?.Cluster ?? "",
        request.Header?.JobId ?? "",
        PointIds.Require(request.Restore.PointId),
        request.Restore.SourceNode,
        request.Restore.MetadataHere,
        [.. request.Restore.AcceptedCaveats],
        [.. request.Restore.Parameters],
        request.Restore.WillStop,
        request.Restore.WillStart)
    {
        Objects = [.. request.Restore.Objects],
    };

    // The edge knows our own failures; the repository's and the system's get their codes here.
    private static async Task<T> Guarded<T>(Func<Task<T>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception failure) when (failure is not CairnException && FailureTranslation.Translate(failure) is { } known)
        {
            throw known;
        }
    }
}
