using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Native;
using Cairn.Agent.Roots;
using Cairn.Shared.Errors;
using Cairn.V1;
using ExportOnWire = Cairn.V1.ExportRequest;

namespace Cairn.Agent.Exporting;

/// <summary>
/// Brings this node's part of a point to a directory on its own host, below the allowed roots. An export that was interrupted is
/// begun anew; what it makes gets its name when it is whole.
/// </summary>
internal sealed class PointExport(AgentSettings settings, AllowedRoots roots, NodeRepository repository)
{
    private const string PartialSuffix = ".partial";

    /// <summary>Exports as asked for; done already when what it makes is there.</summary>
    public async Task<Cairn.V1.TaskStatus> RunAsync(
        ExportOnWire request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var point = PointIds.Require(request.PointId);
        var packing = new Packing(Level(request.Packing?.Gzip), Level(request.Packing?.Zstd));
        if (packing.Fault() is { } fault)
        {
            throw new CairnException(ErrorCode.InvalidRequest, fault, "see 'cairn backup export --help'", settings.Node);
        }

        var opened = await repository.OpenAsync(cancellationToken);
        var place = Path.Combine(
            request.Directory, $"{point}-{settings.Node}{(request.Format == ExportFormat.Tar ? packing.Extension : "")}");
        var target = roots.Require(place).Path;
        RequireApart(target);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (request.Format == ExportFormat.Tar)
        {
            File.Delete(target + PartialSuffix);
            var packed = await packing.WriteFileAsync(
                opened, point, new Cairn.Repository.ExportRequest(), target, Report(progress), cancellationToken);
            NativeFiles.SyncDirectory(Path.GetDirectoryName(target)!);
            return Done(target, packed.Entries, packed.Bytes);
        }

        if (NativeFiles.Look(target).Kind != FileKind.Missing)
        {
            throw new CairnException(
                ErrorCode.PathUnusable, $"{target} is there already", "name another directory, or remove it", settings.Node, target);
        }

        Tree.Remove(target + PartialSuffix, cancellationToken);
        var plain = await opened.ExportPlainAsync(
            point, target + PartialSuffix, new CopyTotals("export", []).Report(progress), cancellationToken);
        NativeFiles.Rename(target + PartialSuffix, target);
        NativeFiles.SyncDirectory(Path.GetDirectoryName(target)!);
        return Done(target, plain.Files, plain.Bytes);
    }

    private static Cairn.V1.TaskStatus Done(string path, long entries, long bytes) => new()
    {
        Export = new ExportResult { Path = path, Entries = entries, Bytes = bytes },
    };

    // Of an archive only what was written is known while it is made.
    private static Action<long> Report(IProgress<Progress> progress) => written => progress.Report(new Progress
    {
        Phase = "export", BytesDone = written, BytesWritten = written,
    });

    private static int? Level(int? given) => given is null or 0 ? null : given;

    // Nothing but the agent's own may stand in its directories.
    private void RequireApart(string target)
    {
        foreach (var taken in (string[])[settings.RepositoryPath, settings.StateDirectory])
        {
            if (target == taken || target.StartsWith(taken + "/", StringComparison.Ordinal))
            {
                throw new CairnException(
                    ErrorCode.PathUnusable,
                    $"{target} lies in {taken}, which is the agent's own",
                    "export to another directory below the allowed roots",
                    settings.Node,
                    target);
            }
        }
    }
}
