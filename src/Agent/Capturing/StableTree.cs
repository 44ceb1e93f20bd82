using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Capturing;

/// <summary>What <see cref="StableTree"/> took.</summary>
/// <param name="Files">Files in the capture.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Passes">Passes that were needed, the stable one included.</param>
/// <param name="FirstTaken">When the first file was taken.</param>
/// <param name="LastTaken">When the last was.</param>
/// <param name="Change">What still changed, where changes are accepted; null when the tree held still.</param>
internal sealed record StableResult(
    long Files, long Bytes, int Passes, DateTimeOffset FirstTaken, DateTimeOffset LastTaken, string? Change = null);

/// <summary>
/// Takes a live tree of files that are made under another name, renamed in and unlinked later (hard links), and of some
/// that are written in place (copies), as it stood at one instant: passes are made until one finds nothing new, nothing
/// vanished and no unrest. A stable pass saw every file of the capture alive after the last one was taken, so all of them
/// stood there at once. Remembers nothing between passes but the capture itself, so memory does not grow with the tree.
/// </summary>
internal sealed class StableTree(ITreeRules rules, TimeProvider time)
{
    /// <summary>Passes before it gives up.</summary>
    public const int MaxPasses = 20;

    private const int PassesBeforeAccepting = 4;
    private const long MaxCopiedBytes = 1L << 40;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>After a few passes what changes is taken as it was found, and the result says so, instead of a failure after many.</summary>
    public bool AcceptChanges { get; init; }

    /// <summary>
    /// Takes <paramref name="liveRoot"/> into <paramref name="capture"/>; calls <paramref name="passed"/> with files and bytes after
    /// every pass. <paramref name="still"/>: nothing runs that could finish what is under way, so unrest is taken as it is.
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.CaptureUnstable"/> after 20 passes; <see cref="ErrorCode.LinkImpossible"/>;
    /// <see cref="ErrorCode.PathUnusable"/> for symbolic links and special files, whose content would be left out.
    /// </exception>
    public async Task<StableResult> TakeAsync(
        string liveRoot, CapturedDirectory capture, Action<long, long> passed, bool still, CancellationToken cancellationToken)
    {
        var first = time.GetUtcNow();
        var last = first;
        var change = "";
        var pause = FirstPause;
        for (var pass = 1; pass <= MaxPasses; pass++)
        {
            var found = await PassAsync(liveRoot, capture, cancellationToken);
            found.Change ??= FindVanished(liveRoot, capture);
            passed(found.Files, found.Bytes);
            if (found.Change is null && (still || found.Unrest is null))
            {
                capture.SetDirectoryAttributes(liveRoot);
                return new StableResult(found.Files, found.Bytes, pass, first, last);
            }

            last = found.Change is null ? last : time.GetUtcNow();
            change = found.Change ?? found.Unrest!;
            if (AcceptChanges && pass == PassesBeforeAccepting)
            {
                capture.SetDirectoryAttributes(liveRoot);
                return new StableResult(found.Files, found.Bytes, pass, first, last, change);
            }

            if (pass > 1)
            {
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        throw new CairnException(
            ErrorCode.CaptureUnstable,
            $"'{liveRoot}' did not hold still within {MaxPasses} passes; the last change seen was: {change}",
            "run the backup when fewer files are made and removed, or stop the instance and use --cold",
            subject: liveRoot);
    }

    private async Task<PassFindings> PassAsync(string liveRoot, CapturedDirectory capture, CancellationToken cancellationToken)
    {
        var findings = new PassFindings();
        foreach (var item in TreeWalk.Below(liveRoot, item => rules.Rule(item) is Take.Link or Take.Copy))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rules.IsUnrest(item))
            {
                findings.Unrest ??= $"'{item.Path}' stands for a change under way";
            }

            var rule = rules.Rule(item);
            if (rule == Take.Skip)
            {
                continue;
            }

            switch (item.Status.Kind)
            {
                case FileKind.Directory:
                    TakeDirectory(item, capture, findings);
                    break;
                case FileKind.Regular:
                    findings.Files++;
                    findings.Bytes += item.Status.SizeBytes;
                    var change = rule == Take.Link
                        ? TakeLink(liveRoot, item, capture)
                        : await TakeCopyAsync(liveRoot, item, capture, cancellationToken);
                    findings.Change ??= change;
                    break;
                default:
                    throw NotTakeable(liveRoot, item);
            }
        }

        return findings;
    }

    private static void TakeDirectory(TreeItem item, CapturedDirectory capture, PassFindings findings)
    {
        if (NativeFiles.Look(capture.At(item.Path)).Kind == FileKind.Directory)
        {
            return;
        }

        NativeFiles.Unlink(capture.At(item.Path));
        capture.EnsureDirectory(item.Path);
        findings.Change ??= $"directory '{item.Path}' appeared";
    }

    private static string? TakeLink(string liveRoot, TreeItem item, CapturedDirectory capture)
    {
        var target = capture.At(item.Path);
        if (NativeFiles.Look(target) is { Kind: not FileKind.Missing } taken)
        {
            if (taken.Kind == FileKind.Regular && taken.Identity == item.Status.Identity)
            {
                return null;
            }

            RemoveTaken(target, taken);
        }

        var source = $"{liveRoot}/{item.Path}";
        return NativeFiles.TryLink(source, target) switch
        {
            0 => $"'{item.Path}' is new",
            NativeFailureException.NoEntry => $"'{item.Path}' vanished while it was taken",
            var errno => throw LinkRefused(source, target, errno),
        };
    }

    private static async Task<string?> TakeCopyAsync(
        string liveRoot, TreeItem item, CapturedDirectory capture, CancellationToken cancellationToken)
    {
        var target = capture.At(item.Path);
        if (NativeFiles.Look(target) is { Kind: not FileKind.Missing } taken)
        {
            if (taken.Kind == FileKind.Regular && taken.SizeBytes == item.Status.SizeBytes && taken.ModifiedNs == item.Status.ModifiedNs)
            {
                return null;
            }

            RemoveTaken(target, taken);
        }

        var copied = await FileCopy.CopyAsync($"{liveRoot}/{item.Path}", target, untilEnd: false, MaxCopiedBytes, cancellationToken);
        return copied is null ? $"'{item.Path}' vanished while it was taken" : $"'{item.Path}' is new or was changed";
    }

    // What the capture has and the live tree has no more: compacted, merged or dropped meanwhile.
    private string? FindVanished(string liveRoot, CapturedDirectory capture)
    {
        string? change = null;
        foreach (var item in TreeWalk.Below(capture.Path))
        {
            var live = NativeFiles.Look($"{liveRoot}/{item.Path}");
            if (live.Kind == item.Status.Kind && rules.Rule(new TreeItem(item.Path, live)) != Take.Skip)
            {
                continue;
            }

            change ??= $"'{item.Path}' vanished";
            RemoveTaken(capture.At(item.Path), item.Status);
        }

        return change;
    }

    private static void RemoveTaken(string path, in FileStatus status)
    {
        if (status.Kind == FileKind.Directory)
        {
            Tree.Remove(path, CancellationToken.None);
        }
        else
        {
            NativeFiles.Unlink(path);
        }
    }

    private static CairnException LinkRefused(string source, string target, int errno) => new(
        ErrorCode.LinkImpossible,
        $"'{source}' cannot be linked to '{target}': {NativeFailureException.Describe(errno)}",
        errno == NativeFailureException.CrossDevice
            ? "the directory lies on another mount than its root; a root must be one mount"
            : "run the agent as the user that owns the database's files, or as root",
        subject: source);

    /// <summary>The refusal of something that is neither a directory nor a file.</summary>
    public static CairnException NotTakeable(string liveRoot, TreeItem item) => new(
        ErrorCode.PathUnusable,
        $"'{UnixPath.Show($"{liveRoot}/{item.Path}")}' is {(item.Status.Kind == FileKind.SymbolicLink ? "a symbolic link" : "neither a file nor a directory")}, "
        + "and what lies behind it would not be in the backup",
        "put a plain directory or file there, or exclude it where the engine has patterns",
        subject: $"{liveRoot}/{item.Path}");

    private sealed class PassFindings
    {
        public long Files { get; set; }

        public long Bytes { get; set; }

        public string? Change { get; set; }

        public string? Unrest { get; set; }
    }
}
