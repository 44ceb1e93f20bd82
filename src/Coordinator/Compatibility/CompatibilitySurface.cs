using System.Text.Json.Nodes;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Backups;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using JobState = Cairn.V1.JobState;

namespace Cairn.Coordinator.Compatibility;

/// <summary>
/// Answers existing backup scripts: their requests start, show and give up jobs of this coordinator, with the access check and the audit log of every
/// other way in. Answers are JSON and say what is true.
/// </summary>
internal sealed class CompatibilitySurface(
    CompatibilitySettings settings,
    CompatibilityAccess access,
    AuditedCalls audited,
    BackupRequests backups,
    JobRequests jobs,
    CoordinatorCatalog catalog,
    NodeDirectory nodes,
    TimeProvider time)
{
    private const string BackupKindName = "backup";
    private const string RunMethod = "/cairn.v1.Coordinator/RunBackup";
    private const string StatusMethod = "/cairn.v1.Coordinator/ListJobs";
    private const string AbortMethod = "/cairn.v1.Coordinator/CancelJob";

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext call)
    {
        try
        {
            var (status, body) = await AnswerAsync(call, call.RequestAborted);
            await WriteAsync(call, status, body);
        }
        catch (CairnException failure)
        {
            await WriteAsync(call, StatusOf(failure.Code), ErrorOf(failure.ToDetail()));
        }
        catch (OperationCanceledException) when (call.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more; the job goes on.
        }
    }

    private async Task<(int Status, JsonObject Body)> AnswerAsync(HttpContext call, CancellationToken cancellationToken)
    {
        var request = CompatibilityRequest.Read(call.Request);
        if (request is null)
        {
            return (StatusCodes.Status404NotFound, new JsonObject { ["error"] = "there is nothing at this path" });
        }

        if (!HttpMethods.IsPost(call.Request.Method))
        {
            return (StatusCodes.Status405MethodNotAllowed, new JsonObject { ["error"] = "only POST is answered" });
        }

        return request.Action switch
        {
            CompatibilityAction.Run => await RunAsync(call, request, cancellationToken),
            CompatibilityAction.Status => await StatusAsync(call, request, cancellationToken),
            _ => await AbortAsync(call, request, cancellationToken),
        };
    }

    private async Task<(int Status, JsonObject Body)> RunAsync(HttpContext call, CompatibilityRequest request, CancellationToken cancellationToken)
    {
        var caller = await access.AdmitAsync(call, request, RunMethod, cancellationToken);
        RequireRepository(request.BackupPath);
        var asked = new RunBackupRequest
        {
            Cluster = settings.Cluster,
            Kind = request.Incremental switch { true => BackupKind.Incremental, false => BackupKind.Full, null => BackupKind.Full },
            Objects = { request.Databases },
        };

        // Scripts ask every node in turn; all of them mean the one backup of the same databases that runs.
        var job = Newest(caller) is { } running && !HasEnded(running) && IsOf(running, request.Databases)
            ? running
            : await audited.RunAsync(caller, RunMethod, asked, () => Task.FromResult(backups.Run(asked, caller)));
        job = await WaitAsync(job, caller, cancellationToken);
        return (HasEnded(job) ? EndStatusOf(job) : StatusCodes.Status202Accepted, Tell(job));
    }

    private async Task<(int Status, JsonObject Body)> StatusAsync(HttpContext call, CompatibilityRequest request, CancellationToken cancellationToken)
    {
        var caller = await access.AdmitAsync(call, request, StatusMethod, cancellationToken);
        return (StatusCodes.Status200OK, Newest(caller) is { } job ? Tell(job) : new JsonObject { ["status"] = "not backed up" });
    }

    private async Task<(int Status, JsonObject Body)> AbortAsync(HttpContext call, CompatibilityRequest request, CancellationToken cancellationToken)
    {
        var caller = await access.AdmitAsync(call, request, AbortMethod, cancellationToken);
        if (Newest(caller) is not { } job || HasEnded(job))
        {
            return (StatusCodes.Status409Conflict, new JsonObject { ["error"] = $"no backup of cluster '{settings.Cluster}' runs" });
        }

        var asked = new CancelJobRequest { JobId = job.JobId };
        job = await audited.RunAsync(caller, AbortMethod, asked, () => Task.FromResult(jobs.Cancel(asked, caller)));
        return (StatusCodes.Status202Accepted, Tell(job));
    }

    private bool IsOf(Job job, IReadOnlyList<string> databases) => catalog.Jobs.Find(JobId.Parse(job.JobId)) is { } known
        && RunBackupRequest.Parser.ParseFrom(known.Request).Objects.ToHashSet(StringComparer.Ordinal).SetEquals(databases);

    // The path of a script's own choosing would be a promise that is not kept.
    private void RequireRepository(string path)
    {
        if (path.Length == 0)
        {
            return;
        }

        var repositories = catalog.Clusters.Get(settings.Cluster).Nodes
            .Select(node => nodes.Find(node)?.Registration.Description.Repository?.Path ?? "")
            .Where(repository => repository.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (!repositories.Contains(path.Length > 1 ? path.TrimEnd('/') : path))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"backupPath '{path}' is no repository of cluster '{settings.Cluster}': its nodes keep their backups in {(repositories.Count == 0 ? "repositories that are not known yet" : string.Join(", ", repositories))}",
                "name the repository, or leave backupPath out",
                subject: path);
        }
    }

    private Job? Newest(Caller caller) => jobs.List(new ListJobsRequest { Cluster = settings.Cluster, Limit = 0 }, caller).Jobs
        .FirstOrDefault(job => job.Kind == BackupKindName);

    private async Task<Job> WaitAsync(Job job, Caller caller, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await foreach (var state in jobs.WatchAsync(new WatchJobRequest { JobId = job.JobId }, caller, either.Token))
            {
                job = state;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // It goes on; the answer says so.
        }

        return job;
    }

    private static bool HasEnded(Job job) =>
        job.State is JobState.Succeeded or JobState.Partial or JobState.Failed or JobState.Cancelled;

    private static int EndStatusOf(Job job) => job.State is JobState.Succeeded ? StatusCodes.Status200OK
        : job.Error is { } error ? StatusOf(ErrorCodes.Parse(error.Code))
        : StatusCodes.Status500InternalServerError;

    private static JsonObject Tell(Job job)
    {
        var told = job.State is JobState.Failed or JobState.Cancelled && job.Error is not null ? ErrorOf(job.Error) : [];
        told["status"] = job.State switch
        {
            JobState.Succeeded => "backup success",
            JobState.Partial => "backup partial",
            JobState.Failed or JobState.Cancelled => "backup failed",
            _ => "backup in progress",
        };
        told["jobId"] = job.JobId;
        told["state"] = job.State.ToString().ToLowerInvariant();
        told["phase"] = job.Phase;
        told["point"] = job.PointId;
        return told;
    }

    private static JsonObject ErrorOf(ErrorDetail error) => new()
    {
        ["error"] = error.Message, ["code"] = error.Code, ["wayOut"] = error.WayOut, ["node"] = error.Node,
    };

    private static int StatusOf(ErrorCode code) => code.Status() switch
    {
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.FailedPrecondition or StatusCode.Aborted or StatusCode.AlreadyExists => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static async Task WriteAsync(HttpContext call, int status, JsonObject body)
    {
        call.Response.StatusCode = status;
        call.Response.ContentType = "application/json; charset=utf-8";
        await call.Response.WriteAsync(body.ToJsonString() + "\n", call.RequestAborted);
    }
}
