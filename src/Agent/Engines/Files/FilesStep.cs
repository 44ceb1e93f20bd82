using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// Takes all roots: links of immutable files, copies of the others, again and again until a round over all roots finds everything as it
/// was taken. Then all of them stood there at one instant.
/// </summary>
internal sealed class FilesStep(FilesConfiguration configuration, TimeProvider time)
{
    private const int MaxRounds = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes them; calls <paramref name="report"/> with files and bytes after every pass.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.CaptureUnstable"/>, unless changes are accepted; what <see cref="StableTree"/> refuses.
    /// </exception>
    public async Task<CapturedStep> RunAsync(
        CaptureStepRequest request, Action<long, long> report, CancellationToken cancellationToken)
    {
        var notes = RequireReady(request);
        (notes with { Taken = false }).Keep(request.Workspace);
        var trees = configuration.Roots.Select(root => Open(root, request.Workspace)).ToList();
        trees.ForEach(tree => tree.Capture.Clear());
        var taken = await TakeAllAsync(trees, request.Cold, report, cancellationToken);

        // What was prepared must have held until the last file was taken.
        RequireReady(request);
        (notes with { Taken = true }).Keep(request.Workspace);
        return Result(notes, taken);
    }

    // A root is stable when its own last pass was. Several are together when a whole round changed nothing in any.
    private async Task<StableResult> TakeAllAsync(
        List<CapturedRoot> trees, bool still, Action<long, long> report, CancellationToken cancellationToken)
    {
        DateTimeOffset? first = null;
        var last = time.GetUtcNow();
        for (var round = 1; ; round++)
        {
            var (files, bytes) = (0L, 0L);
            string? accepted = null, restless = null;
            foreach (var tree in trees)
            {
                var taken = await new StableTree(tree.Rules, time) { AcceptChanges = configuration.AcceptChanges }
                    .TakeAsync(tree.Live, tree.Capture, report, still, cancellationToken);
                (files, bytes, first, accepted) = (files + taken.Files, bytes + taken.Bytes, first ?? taken.FirstTaken, accepted ?? taken.Change);
                if (taken.Passes > 1)
                {
                    (last, restless) = (taken.LastTaken, $"something in '{tree.Live}'");
                }
            }

            if (round == MaxRounds && restless is not null && trees.Count > 1)
            {
                accepted ??= configuration.AcceptChanges ? restless : throw Restless(restless);
            }

            if (accepted is not null || restless is null || trees.Count == 1)
            {
                return new StableResult(files, bytes, round, first ?? last, last, accepted);
            }

            await Task.Delay(Pause * round, time, cancellationToken);
        }
    }

    private static CapturedStep Result(CaptureNotes notes, StableResult taken)
    {
        var caveats = new List<Caveat>();
        if (!notes.Cold && !notes.Commands)
        {
            caveats.Add(Caveats.NoCommands);
        }

        if (taken.Change is not null)
        {
            caveats.Add(Caveats.FilesChanged(taken.Change));
        }

        return new CapturedStep(
            taken.FirstTaken,
            taken.LastTaken,
            taken.Files,
            taken.Bytes,
            new Evidence(notes.Cold, notes.Commands).ToBytes(),
            [taken.Change is null
                ? string.Create(CultureInfo.InvariantCulture, $"the files held still; {taken.Passes} round(s) over the roots")
                : $"files went on changing and were taken as they were found: {taken.Change}"],
            caveats);
    }

    private static CairnException Restless(string change) => new(
        ErrorCode.CaptureUnstable,
        string.Create(CultureInfo.InvariantCulture, $"the roots did not hold still together within {MaxRounds} rounds; what changed last: {change}"),
        "let before-capture quiesce the database, set changing: accept, or stop the database and use --cold");

    private CaptureNotes RequireReady(CaptureStepRequest request)
    {
        var notes = CaptureNotes.Read(request.Workspace);
        if (!notes.Prepared || notes.Cold != request.Cold)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, $"the step {StepNames.Files} was asked for before the step {StepNames.Before}", "run the steps in their order");
        }

        return notes.Cold || configuration.AfterCapture.Count == 0 || notes.AfterIsDue ? notes : throw new CairnException(
            ErrorCode.CaptureLost,
            "the command after the capture has run already, so what the command before it prepared does not hold any more",
            "run the backup again");
    }

    private CapturedRoot Open(DataRoot root, CaptureWorkspace workspace) =>
        new(Resolve(root), new CapturedDirectory(workspace.For(root.Name)), new RootRules(root.Name, configuration.Patterns));

    /// <summary>The directory behind a root, without symbolic links.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PathUnusable"/> when it is no directory.</exception>
    public static string Resolve(DataRoot root) =>
        NativeFiles.TryRealPath(root.Path) is { } resolved && NativeFiles.Look(resolved).Kind == FileKind.Directory
            ? resolved
            : throw new CairnException(
                ErrorCode.PathUnusable,
                $"the root {root.Name} '{root.Path}' is not a directory, or may not be entered",
                "mend options.roots in the agent's configuration, or the rights of the agent's user",
                subject: root.Path);

    private sealed record CapturedRoot(string Live, CapturedDirectory Capture, RootRules Rules);
}
