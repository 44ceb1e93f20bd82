using System.Globalization;
using System.Net;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// Has this node's store make its own native backup into a fresh directory, and believes nothing of what it answers: "success" means that the command
/// was delivered, and the status is "backup success" after a backup that failed [ran]. Believed are the fresh <c>result</c>, the logs with every file
/// that they name, and that every TSSP file that stood there before and after is among them.
/// </summary>
internal sealed class NativeStep(
    OpenGeminiConfiguration configuration, OpenGeminiClient client, ProcessTable table, TimeProvider time)
{
    private const string StatusPath = "/debug/ctrl?mod=backup_status";
    private const string InProgress = "backup in progress";
    private const string Success = "backup success";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a store that is done may take to write its result.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How long a store that was told to stop may take to do so, before its directory is taken away.</summary>
    private static readonly TimeSpan AbortGrace = TimeSpan.FromSeconds(30);

    /// <summary>Runs the step; it is the first of its method, and begins the capture anew.</summary>
    public async Task<StepResult> RunAsync(CaptureStepRequest request, Action<long, long> progress, CancellationToken cancellationToken)
    {
        if (configuration.DataRoot is null || configuration.IngestAddress is not { } store)
        {
            _ = new CaptureNotes().Keep(request.Workspace);
            return new StepResult(0, 0, new Evidence { Native = true }) { Notes = ["this node has no store"] };
        }

        var sql = RequireAddress(configuration);
        var (status, version) = await StatusOfAsync(sql, store, cancellationToken);
        if (status == InProgress)
        {
            throw new CairnException(
                ErrorCode.ClusterLocked,
                $"the store {store} is making a native backup already, and would refuse another without telling",
                "wait for it, or end it with POST /debug/ctrl?mod=abort_backup",
                subject: store);
        }

        var live = LiveRoots.Resolve(configuration, RootNames.Data);
        var capture = new CapturedDirectory(request.Workspace.For(RootNames.Data));
        var fresh = FreshDirectory.Make(capture, live, Roles.Store, configuration, table);
        var started = time.GetUtcNow();
        try
        {
            var census = Census.Take(request.Workspace, live);
            await MakeAsync(sql, store, fresh, started, cancellationToken);
            var taken = new NativeTaking(configuration, fresh, request.Workspace, progress).Take(started, cancellationToken);
            var compared = census.RequireIn(capture, live);
            new CaptureNotes { Version = version, Taken = [RootNames.Data, RootNames.Wal], Databases = DatabaseDirectories.Names([], live, []) }.Keep(request.Workspace);
            return taken with
            {
                FirstTaken = started,
                Notes = [.. taken.Notes, string.Create(CultureInfo.InvariantCulture, $"{compared} files that stood there all the time are in the native backup; it is the new base of anybody's native increments")],
            };
        }
        finally
        {
            FreshDirectory.Remove(fresh);
        }
    }

    /// <summary>The ts-sql that speaks for this node's store: with <c>isNode</c> a store is found only by the IP of the ts-sql that is asked.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>: there is none.</exception>
    public static string RequireAddress(OpenGeminiConfiguration configuration)
    {
        _ = HostAndPort.TryParse(configuration.IngestAddress ?? "", out var storeHost, out _);
        return configuration.HttpAddresses.FirstOrDefault(address => HostAndPort.TryParse(address, out var host, out _) && host == storeHost)
            ?? throw new CairnException(
                ErrorCode.Unsupported,
                $"the store {configuration.IngestAddress} cannot be told to back itself up: no ts-sql of this host has its IP address as [http] bind-address (it has {string.Join(", ", configuration.HttpAddresses)})",
                "give this host a ts-sql with the store's IP address, or back up without --method native",
                subject: configuration.IngestAddress);
    }

    private async Task OrderAsync(string sql, string store, string fresh, CancellationToken cancellationToken)
    {
        var answer = await client.PostAsync(sql, "/debug/ctrl?mod=backup&isInc=false&isNode=true&backupPath=" + Uri.EscapeDataString(fresh), cancellationToken);
        var said = CtrlAnswer.SaidOf(answer, store);
        if (answer.Status != HttpStatusCode.OK || said != "success")
        {
            throw answer.Unusable($"did not deliver the backup to {store}: {said ?? answer.Shown}");
        }
    }

    // Whatever ends it early, the store is told to stop before its directory goes: also an order whose answer did not come may have arrived.
    private async Task MakeAsync(string sql, string store, string fresh, DateTimeOffset started, CancellationToken cancellationToken)
    {
        try
        {
            await OrderAsync(sql, store, fresh, cancellationToken);
            await WaitForResultAsync(sql, store, fresh, started, cancellationToken);
        }
        catch
        {
            await AbortAsync(sql, store);
            throw;
        }
    }

    private async Task WaitForResultAsync(string sql, string store, string fresh, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var done = TimeSpan.Zero;
        while (true)
        {
            await Task.Delay(Poll, time, cancellationToken);
            var (status, _) = await StatusOfAsync(sql, store, cancellationToken);
            var result = ResultFile.Read(fresh);
            if (status == InProgress)
            {
                done = TimeSpan.Zero;
                RemoveProgressText(fresh, result);
                continue;
            }

            if (result.State == ResultState.Failed || (result.State == ResultState.Proved && result.Time >= started))
            {
                return;
            }

            done += Poll;
            if (done > Grace)
            {
                throw NotDone(store, status, result, started);
            }
        }
    }

    // Once a minute the server puts plain text there, and does not write its last word over it [source]; the directory is ours.
    private static void RemoveProgressText(string fresh, ResultFile result)
    {
        if (result.State == ResultState.Unproved && File.Exists(ResultFile.PathIn(fresh)) && !IsJson(ResultFile.PathIn(fresh)))
        {
            NativeFiles.Unlink(ResultFile.PathIn(fresh));
        }
    }

    private static bool IsJson(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() is '{' or -1;
    }

    private static CairnException NotDone(string store, string? status, ResultFile result, DateTimeOffset started) => new(
        ErrorCode.EngineAnswer,
        (status, result.State) switch
        {
            (not Success, _) => $"the store {store} says '{status}' of the backup that it was told to make: it was restarted meanwhile, or never began",
            (_, ResultState.Proved) => $"{result.Finding} of a backup at {result.Time:u}, before this one was ordered at {started:u}",
            _ => $"the store {store} says '{Success}', but {result.Finding}",
        },
        "see the store's log, and run the backup again",
        subject: store);

    private async Task<(string? Status, string Version)> StatusOfAsync(string sql, string store, CancellationToken cancellationToken)
    {
        var answer = await client.PostShortAsync(sql, StatusPath, cancellationToken);
        var said = CtrlAnswer.SaidOf(answer, store);
        return said?.Split('"') is [_, "status", _, var word, _]
            ? (word, answer.Version)
            : throw answer.Unusable($"says nothing usable of {store}: {said ?? answer.Shown}");
    }

    private async Task AbortAsync(string sql, string store)
    {
        // The job may be over; each order has its own deadline.
        try
        {
            _ = await client.PostShortAsync(sql, "/debug/ctrl?mod=abort_backup&isNode=true", CancellationToken.None);
            for (var waited = TimeSpan.Zero; waited < AbortGrace; waited += Poll)
            {
                if ((await StatusOfAsync(sql, store, CancellationToken.None)).Status != InProgress)
                {
                    return;
                }

                await Task.Delay(Poll, time, CancellationToken.None);
            }
        }
        catch (CairnException unreachable) when (unreachable.Code == ErrorCode.EngineAnswer)
        {
            // Nobody is there to stop; what ended the waiting is reported.
        }
    }
}
