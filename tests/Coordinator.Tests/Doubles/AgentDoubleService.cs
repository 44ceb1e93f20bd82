using System.Security.Cryptography;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>The wire of an <see cref="AgentDouble"/>. Results are in the journal before they are told.</summary>
internal sealed class AgentDoubleService(AgentDouble agent, IHostApplicationLifetime lifetime) : Agent.AgentBase
{
    private AgentMemory Memory => agent.Memory;

    private AgentScript Script => agent.Script;

    public override Task<NodeDescription> Describe(DescribeRequest request, ServerCallContext context)
    {
        var description = agent.Describe();
        if (!request.AskDatabases)
        {
            description.Instances[0] = description.Instances[0].Clone();
            description.Instances[0].View = null;
        }

        return Task.FromResult(description);
    }

    public override Task<PrecheckResult> Precheck(PrecheckRequest request, ServerCallContext context) => Task.FromResult(
        new PrecheckResult
        {
            Node = agent.Node,
            Checks = { new Check { Name = "alive", Passed = true, Finding = "it answers" }, Script.Checks },
            Plan =
            {
                Script.Plan.Select(step => request.Header.JobId.Length == 0
                    ? step
                    : step.Replace("JOB", request.Header.JobId, StringComparison.Ordinal)),
            },
        });

    public override Task<CheckCutResult> CheckCut(CheckCutRequest request, ServerCallContext context) => Task.FromResult(
        Script.Verdicts.TryDequeue(out var verdict)
            ? verdict
            : new CheckCutResult
            {
                Consistent = true,
                Consistency = "all points acknowledged before the start",
                Findings = { $"{request.Evidence.Count} pieces of evidence agree" },
            });

    public override Task<Cairn.V1.TaskStatus> GetTask(GetTaskRequest request, ServerCallContext context) =>
        Task.FromResult(Find(request.TaskId));

    public override async Task WatchTask(
        WatchTaskRequest request, IServerStreamWriter<Cairn.V1.TaskStatus> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        while (true)
        {
            var status = Find(request.TaskId);
            await responseStream.WriteAsync(status, ending.Token);
            if (status.State != TaskState.Running)
            {
                return;
            }

            if (Interlocked.Decrement(ref Script.WatchesToReset) >= 0)
            {
                context.GetHttpContext().Abort();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, ending.Token);
        }
    }

    public override Task<ListPointsResponse> ListPoints(ListPointsRequest request, ServerCallContext context)
    {
        var records = Memory.Committed.Values.OrderBy(record => record.Summary.PointId, StringComparer.Ordinal).ToList();
        return Task.FromResult(new ListPointsResponse
        {
            Points = { records.Select(record => record.Summary) },
            Records = { records },
            Deleted = { Memory.Tombstones.Keys.Select(point => new DeletedPoint { PointId = point }) },
            Borrowed = { Memory.Borrowed },
        });
    }

    public override async Task ListEntries(
        ListEntriesRequest request, IServerStreamWriter<PointEntry> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new PointEntry { Path = $"db/data/{agent.Node}", Kind = "file", Size = 1 });
    }

    public override Task<RenewCaptureResponse> RenewCapture(RenewCaptureRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref Memory.Renewals);
        return Task.FromResult(new RenewCaptureResponse { Held = true, HoldsDatabase = Script.HoldsDatabase });
    }

    public override async Task FetchMetadata(
        FetchMetadataRequest request, IServerStreamWriter<MetadataChunk> responseStream, ServerCallContext context)
    {
        if (Memory.Received.Any(received => received.Kind == "end" && received.Header.JobId == request.Header.JobId))
        {
            throw new CairnException(ErrorCode.CaptureLost, "the capture was ended", "do not ask again");
        }

        await responseStream.WriteAsync(new MetadataChunk
        {
            Header = request.Header,
            SourceNode = agent.Node,
            Data = ByteString.CopyFrom(Script.Metadata),
            TotalBytes = Script.Metadata.Length,
            Sha256 = ByteString.CopyFrom(SHA256.HashData(Script.Metadata)),
        });
    }

    public override async Task<PutMetadataResponse> PutMetadata(
        IAsyncStreamReader<MetadataChunk> requestStream, ServerCallContext context)
    {
        using var whole = new MemoryStream();
        await foreach (var chunk in requestStream.ReadAllAsync())
        {
            whole.Write(chunk.Data.Span);
        }

        Memory.ForeignMetadata = whole.ToArray();
        return new PutMetadataResponse { Bytes = whole.Length };
    }

    public override Task<Cairn.V1.TaskStatus> Capture(CaptureRequest request, ServerCallContext context) =>
        Accept("capture", request.Step, request.Header, request, status => status.Capture = new CaptureResult
        {
            Step = request.Step,
            Started = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow() + Script.ClockAhead),
            Ended = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow() + Script.ClockAhead),
            Evidence = ByteString.CopyFromUtf8($"{agent.Node} {request.Step}"),
        });

    public override Task<Cairn.V1.TaskStatus> Copy(CopyRequest request, ServerCallContext context) =>
        Accept("copy", "", request.Header, request);

    public override Task<Cairn.V1.TaskStatus> EndCapture(EndCaptureRequest request, ServerCallContext context) =>
        Accept("end", "", request.Header, request);

    public override Task<Cairn.V1.TaskStatus> Prepare(PrepareRequest request, ServerCallContext context) =>
        Accept("prepare", "", request.Header, request, status => status.Prepare = new PrepareResult
        {
            Node = new PointNode
            {
                Node = agent.Node,
                ManifestHash = Convert.ToHexStringLower(SHA256.HashData(ByteString.CopyFromUtf8(agent.Node).Span)),
                Files = 1,
                Bytes = 10,
                HasMetadata = Memory.Received.Any(received => received.Request is CaptureRequest { Step: "metadata" }),
            },
        });

    public override Task<Cairn.V1.TaskStatus> Commit(CommitRequest request, ServerCallContext context) =>
        Accept("commit", "", request.Header, request, _ => Memory.Committed[request.PointId] = request.Record);

    public override Task<Cairn.V1.TaskStatus> Abort(AbortRequest request, ServerCallContext context) =>
        Accept("abort", "", request.Header, request);

    public override Task<Cairn.V1.TaskStatus> Verify(VerifyRequest request, ServerCallContext context) =>
        Accept("verify", "", request.Header, request, status => status.Verify = new VerifyResult { Files = 1, Bytes = 10 });

    public override Task<DeleteResult> PlanDelete(PlanDeleteRequest request, ServerCallContext context) => Task.FromResult(
        Memory.Committed.ContainsKey(request.PointId) ? new DeleteResult { Held = true, BytesFreed = 10, PacksDeleted = 1 } : new DeleteResult());

    public override Task<Cairn.V1.TaskStatus> Delete(DeleteRequest request, ServerCallContext context) =>
        Accept("delete", "", request.Header, request, status =>
        {
            var held = Memory.Committed.TryRemove(request.PointId, out _);
            Memory.Tombstones[request.PointId] = true;
            status.Delete = new DeleteResult { Held = held, BytesFreed = held ? 10 : 0 };
        });

    public override Task<Cairn.V1.TaskStatus> Export(ExportRequest request, ServerCallContext context) =>
        Accept("export", "", request.Header, request, status => status.Export = new ExportResult
        {
            Path = $"{request.Directory}/{request.PointId}-{agent.Node}", Entries = 1, Bytes = 10,
        });

    public override Task<Cairn.V1.TaskStatus> EndTasks(EndTasksRequest request, ServerCallContext context) =>
        Accept("end-tasks", "", request.Header, request);

    public override Task<Cairn.V1.TaskStatus> StopInstances(StopInstancesRequest request, ServerCallContext context) =>
        Accept("stop", "", request.Header, request);

    public override Task<Cairn.V1.TaskStatus> StartInstances(StartInstancesRequest request, ServerCallContext context) =>
        Accept("start", "", request.Header, request);

    public override Task<Cairn.V1.TaskStatus> Stage(StageRequest request, ServerCallContext context) =>
        Accept("stage", "", request.Header, request, _ => Memory.Restores[request.Header.JobId] = "staged");

    public override Task<Cairn.V1.TaskStatus> Decide(DecideRequest request, ServerCallContext context) =>
        Accept("decide", "", request.Header, request, _ => Memory.Restores[request.Header.JobId] = "decided");

    public override Task<Cairn.V1.TaskStatus> Swap(SwapRequest request, ServerCallContext context) =>
        Accept("swap", "", request.Header, request, _ => Memory.Restores[request.Header.JobId] = "swapped");

    public override Task<Cairn.V1.TaskStatus> AdoptObjects(AdoptObjectsRequest request, ServerCallContext context) =>
        Accept("adopt", "", request.Header, request, status => status.Adopt = new AdoptResult { Findings = { "the catalogue has them" } });

    public override Task<Cairn.V1.TaskStatus> Undo(UndoRequest request, ServerCallContext context) =>
        Accept("undo", "", request.Header, request, _ => Memory.Restores[request.RestoreJobId] = "undone");

    public override Task<Cairn.V1.TaskStatus> Discard(DiscardRequest request, ServerCallContext context) =>
        Accept("discard", "", request.Header, request, status =>
        {
            Memory.Restores.TryRemove(request.RestoreJobId, out _);
            status.Discard = new DiscardResult { BytesFreed = 5 };
        });

    private Cairn.V1.TaskStatus Find(string taskId) => Memory.Tasks.TryGetValue(taskId, out var status)
        ? status
        : throw new CairnException(ErrorCode.UnknownTask, $"no task {taskId}", "ask for another");

    private Task<Cairn.V1.TaskStatus> Accept(
        string kind, string step, CommandHeader header, IMessage request, Action<Cairn.V1.TaskStatus>? succeed = null)
    {
        Assert.True(Guid.TryParse(header.TaskId, out _) && Guid.TryParse(header.JobId, out _));
        Assert.True(header.Deadline.ToDateTimeOffset() > TimeProvider.System.GetUtcNow());
        if (header.Node != agent.Node)
        {
            throw new CairnException(ErrorCode.WrongNode, $"a command for {header.Node} came to {agent.Node}", "find the right one");
        }

        Script.OnCommand?.Invoke(kind);
        lock (Memory)
        {
            var highest = Memory.Epochs.GetValueOrDefault(header.Cluster);
            if (header.Epoch < highest)
            {
                throw new CairnException(ErrorCode.StaleEpoch, $"{header.Epoch} is below {highest}", "take the lock");
            }

            Memory.Epochs[header.Cluster] = header.Epoch;
            if (Memory.Tasks.TryGetValue(header.TaskId, out var known))
            {
                return Task.FromResult(known);
            }

            var status = new Cairn.V1.TaskStatus
            {
                TaskId = header.TaskId,
                JobId = header.JobId,
                Cluster = header.Cluster,
                Epoch = header.Epoch,
                Kind = kind,
                Node = agent.Node,
                State = TaskState.Running,
                Started = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
                Progress = new Progress { Phase = kind, FilesTotal = 1 },
            };
            Memory.Tasks[header.TaskId] = status;
            Memory.Received.Enqueue(new Received(kind, step, header.Clone(), request));
            _ = RunAsync(kind, step, request, status, succeed);
            return Task.FromResult(status);
        }
    }

    // The task goes on when the wire is gone, as a real agent's does after its restart.
    private async Task RunAsync(
        string kind, string step, IMessage request, Cairn.V1.TaskStatus begun, Action<Cairn.V1.TaskStatus>? succeed)
    {
        var word = step.Length > 0 ? $"{kind} {step}" : kind;
        await Task.Yield();
        await Script.GateOf(word);
        var ended = begun.Clone();
        ended.Ended = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow());
        if (Script.NextFailure(word) is { } failure)
        {
            ended.State = TaskState.Failed;
            ended.Error = failure;
        }
        else
        {
            ended.State = TaskState.Succeeded;
            succeed?.Invoke(ended);
            Script.OnSuccess?.Invoke(kind, request, ended);
        }

        Memory.Tasks[ended.TaskId] = ended;
    }
}
