using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// Moves a native backup of this node, which was written for this capture, into the capture's directories, as an import reads it: what the logs name, and
/// nothing else.
/// </summary>
internal sealed class NativeTaking(OpenGeminiConfiguration configuration, string fresh, CaptureWorkspace workspace, Action<long, long> progress)
{
    private long files;
    private long bytes;

    /// <summary>Checks and moves.</summary>
    /// <exception cref="CairnException">As <see cref="IImportingEngine.ReadForeign"/>.</exception>
    public StepResult Take(DateTimeOffset started, CancellationToken cancellationToken)
    {
        var backup = BackupDirectory.Open(fresh, configuration);
        if (backup.Result.State != ResultState.Proved || backup.Result.Time < started)
        {
            throw ForeignFailures.Unusable(backup.Result.Finding, "run the backup again", ResultFile.PathIn(fresh));
        }

        var tree = new NativeTree(backup, increment: null);
        Move(RootNames.Data, tree.Items(cancellationToken));
        Move(RootNames.Wal, backup.Wal is { } wal ? TreeWalk.Below(wal).Select(item => (item.Path, $"{wal}/{item.Path}")) : []);
        if (tree.Unlisted > 0)
        {
            throw ForeignFailures.Unusable(
                $"{tree.Unlisted} files of a backup into a fresh directory are named by no log, such as '{tree.FirstUnlisted}'", "see the store's log, and run the backup again", fresh);
        }

        var partitions = PartitionPath.Below(workspace.For(RootNames.Wal));
        var root = workspace.For(RootNames.Wal);
        return new StepResult(files, bytes, new Evidence
        {
            Native = true,
            Positions = [.. partitions.Where(p => File.Exists(MetaOf(p))).Select(p => PositionsStep.Read(p, MetaOf(p)))],
            Logs = [.. partitions.Select(p => LogsStep.Read(p, root)).OfType<LogEvidence>()],
        });

        string MetaOf(PartitionPath partition) => $"{root}/{partition.Directory}/{Raft.RaftLog.MetaName}";
    }

    private void Move(string root, IEnumerable<(string Path, string Physical)> items)
    {
        var capture = new CapturedDirectory(workspace.For(root));
        capture.Clear();
        foreach (var (path, physical) in items)
        {
            var status = NativeFiles.Require(physical);
            if (status.Kind == FileKind.Directory)
            {
                capture.EnsureDirectory(path);
                continue;
            }

            if (status.Kind != FileKind.Regular)
            {
                throw new CairnException(ErrorCode.PathUnusable, $"'{physical}' is neither a file nor a directory", "see the store's log", subject: physical);
            }

            NativeFiles.Rename(physical, capture.At(path));
            progress(++files, bytes += status.SizeBytes);
        }

        capture.SetDirectoryAttributes(LiveRoots.Resolve(configuration, root));
    }
}
