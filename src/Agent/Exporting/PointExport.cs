using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Cairn.V1;
using ExportOnWire = Cairn.V1.ExportRequest;
using INodeRepository = Cairn.Repository.INodeRepository;
using PointId = Cairn.Repository.PointId;

namespace Cairn.Agent.Exporting;

/// <summary>
/// Brings this node's part of a point to a directory on its own host, where exports may go. An export that was interrupted is begun anew; what it makes gets
/// its name when it is whole, and is known again by then.
/// </summary>
internal sealed class PointExport(
    AgentSettings settings, ExportPlaces places, NodeRepository repository, AgentJournal journal, TimeProvider time)
{
    /// <summary>Exports as asked for; what the same job has made already is answered again.</summary>
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
        var target = places.Require(
            Path.Combine(request.Directory, $"{point}-{settings.Node}{(isOneFile ? packing.Extension : "")}"));
        var job = request.Header.JobId;
        if (MadeBefore(job, target) is { } made)
        {
            return Done(made);
        }

        RequireFree(target);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);

        // Of its own name: another job may be exporting the same point to the same directory.
        var partial = $"{target}.{job}.partial";
        try
        {
            Tree.Remove(partial, cancellationToken);
            var result = isOneFile
                ? await WriteTarAsync(opened, point, new Cairn.Repository.ExportRequest(), packing, partial, progress, cancellationToken)
                : archives.Count > 0
                    ? await WriteArchivesAsync(opened, point, archives, packing, partial, progress, cancellationToken)
                    : await WritePlainAsync(opened, point, form, (partial, target), progress, cancellationToken);
            return Done(Publish(job, partial, target, result));
        }
        catch
        {
            // Nobody would look for it: what comes next has another name, or begins anew.
            Tree.Remove(partial, CancellationToken.None);
            throw;
        }
    }

    private static async Task<ExportResult> WriteTarAsync(
        INodeRepository opened,
        PointId point,
        Cairn.Repository.ExportRequest request,
        Packing packing,
        string path,
        IProgress<Progress> progress,
        CancellationToken cancellationToken)
    {
        // Of an archive only what was written is known while it is made.
        var report = await packing.WriteFileAsync(
            opened,
            point,
            request,
            path,
            written => progress.Report(new Progress { Phase = "export", BytesDone = written, BytesWritten = written }),
            cancellationToken);
        return new ExportResult { Entries = report.Entries, Bytes = report.Bytes };
    }

    // As the database's own tools would have made them.
    private static async Task<ExportResult> WriteArchivesAsync(
        INodeRepository opened,
        PointId point,
        IReadOnlyList<(string Name, Cairn.Repository.ExportRequest Request)> archives,
        Packing packing,
        string partial,
        IProgress<Progress> progress,
        CancellationToken cancellationToken)
    {
        var result = new ExportResult();
        foreach (var (name, request) in archives)
        {
            var path = $"{partial}/{name}{packing.Extension}";
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var written = await WriteTarAsync(opened, point, request, packing, path, progress, cancellationToken);
            result.Entries += written.Entries;
            result.Bytes += written.Bytes;
        }

        NativeFiles.SyncDirectory(partial);
        return result;
    }

    private static async Task<ExportResult> WritePlainAsync(
        INodeRepository opened,
        PointId point,
        DatabaseForm form,
        (string Partial, string Target) place,
        IProgress<Progress> progress,
        CancellationToken cancellationToken)
    {
        var plain = await opened.ExportPlainAsync(
            point, place.Partial, new CopyTotals("export", []).Report(progress), cancellationToken);
        var lack = await form.FinishAsync(opened, point, place.Partial, place.Target, cancellationToken);
        return new ExportResult { Entries = plain.Files, Bytes = plain.Bytes, Notes = { ExportNotes.Of(plain, lack) } };
    }

    // The agent may die right behind the rename: by what is journaled before it the export is known again, and told from another's.
    private ExportRecord Publish(string job, string partial, string target, ExportResult result)
    {
        var whole = NativeFiles.Require(partial);
        var record = new ExportRecord(
            target, whole.Identity.Inode, whole.ModifiedNs, result.Entries, result.Bytes, result.Notes, time.GetUtcNow());
        journal.Exports.Put(job, record);
        try
        {
            NativeFiles.RenameNew(partial, target);
        }
        catch (NativeFailureException failure) when (failure.Error is NativeFailureException.Exists)
        {
            throw Taken(target);
        }
        catch (NativeFailureException failure) when (failure.Error is NativeFailureException.InvalidArgument
            or NativeFailureException.NotImplemented or NativeFailureException.NotSupported)
        {
            // Network file systems cannot refuse a taken name in the rename itself.
            RequireFree(target);
            NativeFiles.Rename(partial, target);
        }

        NativeFiles.SyncDirectory(Path.GetDirectoryName(target)!);
        return record;
    }

    private ExportRecord? MadeBefore(string job, string target)
    {
        var found = NativeFiles.Look(target);
        return journal.Exports.Find(job) is { } record
            && (record.Path, record.Inode, record.ModifiedNs) == (target, found.Identity.Inode, found.ModifiedNs) ? record : null;
    }

    private void RequireFree(string target)
    {
        if (NativeFiles.Look(target).Kind != FileKind.Missing)
        {
            throw Taken(target);
        }
    }

    private CairnException Taken(string target) => new(
        ErrorCode.PathUnusable, $"{target} is there already", "name another directory, or remove it", settings.Node, target);

    private static Cairn.V1.TaskStatus Done(ExportRecord made) => new()
    {
        Export = new ExportResult { Path = made.Path, Entries = made.Entries, Bytes = made.Bytes, Notes = { made.Notes } },
    };

    private static int? Level(int? given) => given is null or 0 ? null : given;
}
