using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;
using ExportOnWire = Cairn.V1.ExportRequest;
using INodeRepository = Cairn.Repository.INodeRepository;
using PointId = Cairn.Repository.PointId;

namespace Cairn.Agent.Exporting;

/// <summary>
/// Brings this node's part of a point to a directory on its own host, below the allowed roots. An export that was interrupted is
/// begun anew; what it makes gets its name when it is whole.
/// </summary>
internal sealed class PointExport(
    AgentSettings settings, ExportPlaces places, NodeRepository repository, ILogger<PointExport> logger)
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
        var form = new DatabaseForm(settings.Engines);
        var archives = request.Format == ExportFormat.Tar ? await form.ArchivesAsync(opened, point, cancellationToken) : [];
        var isOneFile = request.Format == ExportFormat.Tar && archives.Count == 0;
        var place = Path.Combine(request.Directory, $"{point}-{settings.Node}{(isOneFile ? packing.Extension : "")}");
        var target = places.Require(place);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (isOneFile)
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
        if (archives.Count > 0)
        {
            return await WriteArchivesAsync(opened, point, archives, packing, target, progress, cancellationToken);
        }

        var plain = await opened.ExportPlainAsync(
            point, target + PartialSuffix, new CopyTotals("export", []).Report(progress), cancellationToken);
        if (await form.FinishAsync(opened, point, target + PartialSuffix, target, cancellationToken) is { } lack)
        {
            ExportLog.NotFinished(logger, request.Header.JobId, lack);
        }

        NativeFiles.Rename(target + PartialSuffix, target);
        NativeFiles.SyncDirectory(Path.GetDirectoryName(target)!);
        return Done(target, plain.Files, plain.Bytes);
    }

    // As the database's own tools would have made them.
    private static async Task<Cairn.V1.TaskStatus> WriteArchivesAsync(
        INodeRepository opened,
        PointId point,
        IReadOnlyList<(string Name, Cairn.Repository.ExportRequest Request)> archives,
        Packing packing,
        string target,
        IProgress<Progress> progress,
        CancellationToken cancellationToken)
    {
        var (entries, bytes) = (0L, 0L);
        foreach (var (name, request) in archives)
        {
            var path = $"{target}{PartialSuffix}/{name}{packing.Extension}";
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var report = await packing.WriteFileAsync(opened, point, request, path, Report(progress), cancellationToken);
            entries += report.Entries;
            bytes += report.Bytes;
        }

        NativeFiles.SyncDirectory(target + PartialSuffix);
        NativeFiles.Rename(target + PartialSuffix, target);
        NativeFiles.SyncDirectory(Path.GetDirectoryName(target)!);
        return Done(target, entries, bytes);
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
}
