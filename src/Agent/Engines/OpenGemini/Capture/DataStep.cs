using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>
/// Takes TSSP files and indexes as they stood at one instant, after the logs: what was flushed meanwhile is then in both
/// places, and replaying is idempotent; the other order lost every point of a load [ran L5]. Waits for the index, which
/// reaches the disk about once a second, and for flushes that ran when the logs were taken.
/// </summary>
internal static class DataStep
{
    private static readonly TimeSpan FlushPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs the step.</summary>
    public static async Task<StepResult> RunAsync(
        OpenGeminiConfiguration configuration,
        CaptureStepRequest request,
        Action<long, long> progress,
        EngineLimits limits,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (configuration.DataRoot is null)
        {
            return new StepResult(0, 0);
        }

        var notes = CaptureNotes.Read(request.Workspace);
        var live = LiveRoots.Resolve(configuration, RootNames.Data);
        if (!request.Cold)
        {
            await WaitUntilSettledAsync(notes, live, request.Objects, limits, time, cancellationToken);
        }

        var capture = new CapturedDirectory(request.Workspace.For(RootNames.Data));
        capture.Clear();
        var taken = await new StableTree(new DataRules(request.Objects), time).TakeAsync(live, capture, progress, still: request.Cold, cancellationToken);
        (notes with
        {
            Taken = [.. notes.Taken.Append(RootNames.Data).Distinct()],
            Databases = DatabaseDirectories.Names(notes.Databases, live, request.Objects),
        }).Keep(request.Workspace);
        return new StepResult(taken.Files, taken.Bytes)
        {
            FirstTaken = taken.FirstTaken,
            LastTaken = taken.LastTaken,
            Notes = [string.Create(CultureInfo.InvariantCulture, $"data held still after {taken.Passes} passes")],
            Caveats = [.. FindCaveats(configuration, notes, capture)],
        };
    }

    private static async Task WaitUntilSettledAsync(
        CaptureNotes notes, string live, IReadOnlyList<string> databases, EngineLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        var ended = notes.LogsEnded ?? throw new CairnException(
            ErrorCode.InvalidRequest, "the step data was asked for before the step logs", "run the steps in their order");

        // A clock that was set meanwhile must make the wait neither short nor endless.
        var rest = ended + limits.Settle - time.GetUtcNow();
        rest = rest > limits.Settle ? limits.Settle : rest;
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, cancellationToken);
        }

        // Flushes that begin from here on have their points in the captured logs; only those seen now must have ended.
        var running = DatabaseDirectories.Below(live, databases).Where(IsFlush).ToList();
        var waited = TimeSpan.Zero;
        while (running.Count > 0)
        {
            await Task.Delay(FlushPoll, time, cancellationToken);
            waited += FlushPoll;
            running.RemoveAll(item => NativeFiles.Look($"{live}/{item.Path}").Identity != item.Status.Identity);
            if (running.Count > 0 && waited > limits.Order)
            {
                throw new CairnException(
                    ErrorCode.CaptureUnstable,
                    $"the flush into '{live}/{running[0].Path}' did not end within {limits.Order.TotalSeconds:0} s",
                    "see why the store does not finish its flush; a leftover of a crash is removed when it is restarted",
                    subject: $"{live}/{running[0].Path}");
            }
        }
    }

    private static bool IsFlush(TreeItem item) => item.Status.Kind == FileKind.Regular && DataRules.IsFlush(item.Path);

    private static IEnumerable<Caveat> FindCaveats(
        OpenGeminiConfiguration configuration, CaptureNotes notes, CapturedDirectory capture)
    {
        if (TreeWalk.Below(capture.Path).FirstOrDefault(i => i.Status.Kind == FileKind.Regular && DataRules.IsColumnStore(i.Path))
            is { Path: { } path })
        {
            yield return Caveats.Of(Caveats.ColumnStore, $"'{path}'");
        }

        // The WAL's shard directories carry the same names as the data's; one that is gone from both was deleted meanwhile.
        if (!notes.Cold && notes.WalShards.FirstOrDefault(
            shard => !Directory.Exists(capture.At(shard)) && !Directory.Exists($"{configuration.WalRoot}/{shard}")) is { } gone)
        {
            yield return Caveats.Of(Caveats.ShardsDropped, $"'{gone}'");
        }
    }
}
