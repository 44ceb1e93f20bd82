using Cairn.Agent.Backup;
using Cairn.Agent.Deleting;
using Cairn.Agent.Exporting;
using Cairn.Agent.Restore;
using Cairn.Agent.Services;
using Cairn.Agent.Tasks;
using Cairn.V1;

namespace Cairn.Agent.Hosting;

/// <summary>The commands of the contract, and who does what each asks.</summary>
internal static class AgentCommands
{
    /// <summary>One handler per command.</summary>
    public static IReadOnlyList<ICommandHandler> All(
        CaptureSteps steps,
        CaptureDesk captures,
        PointCopy copy,
        PointCommit commit,
        PointVerification verification,
        PointDeletion deletion,
        PointExport export,
        ServiceDesk services,
        RestoreStage stage,
        RestoreDesk restores,
        ObjectAdoption adoption) =>
    [
        // A step that was cut off says nothing about the moment it should have captured.
        new CommandHandler<CaptureRequest>("capture", steps.RunAsync)
        {
            AfterRestart = AfterRestart.Fail, CanBeSuperseded = true,
        },
        new CommandHandler<CopyRequest>("copy", copy.RunAsync) { CanBeSuperseded = true },
        new CommandHandler<EndCaptureRequest>("end-capture", async (request, _, token) =>
        {
            await captures.EndAsync(request.Header.JobId, "the copy is complete", lost: false, token);
            return new TaskStatus();
        }),
        new CommandHandler<PrepareRequest>("prepare", (request, _, token) => commit.PrepareAsync(request, token))
        {
            AfterRestart = AfterRestart.Fail, CanBeSuperseded = true,
        },
        new CommandHandler<CommitRequest>("commit", (request, _, token) => commit.CommitAsync(request, token)),
        new CommandHandler<AbortRequest>("abort", (request, _, token) => commit.AbortAsync(request, token))
        {
            Supersedes = true,
        },
        new CommandHandler<VerifyRequest>("verify", verification.RunAsync) { CanBeSuperseded = true },
        new CommandHandler<DeleteRequest>("delete", (request, _, token) => deletion.RunAsync(request, token)),
        new CommandHandler<ExportRequest>("export", export.RunAsync) { CanBeSuperseded = true },
        new CommandHandler<EndTasksRequest>("end-tasks", static (_, _, _) => Task.FromResult(new TaskStatus()))
        {
            Supersedes = true,
        },
        new CommandHandler<StopInstancesRequest>("stop-instances", async (request, _, token) =>
        {
            await services.StopAllAsync(request.Header.JobId, request.Engine, token);
            return new TaskStatus();
        }),
        new CommandHandler<StartInstancesRequest>("start-instances", async (request, _, token) =>
        {
            await services.StartAllAsync(request.Header.JobId, request.Engine, token);
            return new TaskStatus();
        }),
        new CommandHandler<StageRequest>("stage", stage.RunAsync) { CanBeSuperseded = true },
        new CommandHandler<DecideRequest>("decide", (request, _, token) => restores.DecideAsync(request, token)),
        new CommandHandler<SwapRequest>("swap", (request, _, token) => restores.SwapAsync(request, token)),
        new CommandHandler<AdoptObjectsRequest>("adopt-objects", (request, _, token) => adoption.RunAsync(request, token))
        {
            JobOf = request => request.RestoreJobId,
        },
        new CommandHandler<UndoRequest>("undo", (request, _, token) => restores.UndoAsync(request, token))
        {
            JobOf = request => request.RestoreJobId,
        },
        new CommandHandler<DiscardRequest>("discard", (request, _, token) => restores.DiscardAsync(request, token))
        {
            Supersedes = true,
            JobOf = request => request.RestoreJobId.Length == 0 ? request.Header.JobId : request.RestoreJobId,
        },
    ];
}
