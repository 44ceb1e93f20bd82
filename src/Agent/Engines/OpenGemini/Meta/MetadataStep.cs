using System.Globalization;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Databases;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Meta;

/// <summary>
/// Takes the catalogue last, so that every shard on disk is known to it. Running: the ts-meta that leads writes a copy of its
/// META into a fresh directory; its empty 200 means nothing, so what it wrote is checked. Stopped: this node's own META is
/// copied as it is.
/// </summary>
internal sealed class MetadataStep(
    OpenGeminiConfiguration configuration, OpenGeminiClient client, ProcessTable table, TimeProvider time)
{
    private const long MaxCopyBytes = 16L << 30;
    private const int BackupAttempts = 3;

    // The server writes its meta_info.json so.
    private const uint InfoMode = 0x1A0;

    /// <summary>Runs the step.</summary>
    public async Task<StepResult> RunAsync(CaptureStepRequest request, Action<long, long> progress, CancellationToken cancellationToken)
    {
        if (configuration.MetaRoot is null || configuration.MetaHttpAddress is null)
        {
            return request.Cold
                ? new StepResult(0, 0, new Evidence { Cold = true })
                : throw new CairnException(ErrorCode.InvalidRequest, "this instance has no ts-meta", "run the step on the node whose ts-meta leads");
        }

        var capture = new CapturedDirectory(request.Workspace.For(RootNames.Meta));
        capture.Clear();
        if (request.Objects.Count > 0)
        {
            return await TakeCatalogueAsync(request, capture, configuration.MetaHttpAddress, cancellationToken);
        }

        return request.Cold
            ? await TakeOwnAsync(request, capture, progress, cancellationToken)
            : await TakeFromLeaderAsync(request, capture, configuration.MetaHttpAddress, cancellationToken);
    }

    private async Task<StepResult> TakeOwnAsync(
        CaptureStepRequest request, CapturedDirectory capture, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var live = LiveRoots.Resolve(configuration, RootNames.Meta);
        long files = 0, bytes = 0;
        foreach (var item in TreeWalk.Below(live))
        {
            if (item.Status.Kind == FileKind.Directory)
            {
                capture.EnsureDirectory(item.Path);
                continue;
            }

            if (item.Status.Kind != FileKind.Regular)
            {
                throw new CairnException(
                    ErrorCode.PathUnusable, $"'{live}/{item.Path}' is neither a file nor a directory", "put a plain file there", subject: item.Path);
            }

            bytes += await FileCopy.CopyAsync($"{live}/{item.Path}", capture.At(item.Path), untilEnd: false, MaxCopyBytes, cancellationToken)
                ?? throw new CairnException(
                    ErrorCode.InstanceRunning, $"'{live}/{item.Path}' vanished while it was copied", "stop the instance", subject: item.Path);
            progress(++files, bytes);
        }

        capture.SetDirectoryAttributes(live);
        Keep(request, RestoreRecord.OwnMetadata, metaInfo: null);
        return new StepResult(files, bytes, new Evidence { Cold = true })
        {
            Notes = ["metadata are this node's own: nothing ran that could lead"],
        };
    }

    private async Task<StepResult> TakeFromLeaderAsync(
        CaptureStepRequest request, CapturedDirectory capture, string address, CancellationToken cancellationToken)
    {
        await RequireLeaderAsync(address, "before the metadata were taken", cancellationToken);
        var catalogue = Catalogue.Read(await client.GetAsync(address, "/getdata", askOthers: false, cancellationToken));
        var live = LiveRoots.Resolve(configuration, RootNames.Meta);
        var started = time.GetUtcNow();
        string? fresh = null;
        try
        {
            (fresh, var written, var found) = await OrderBackupAsync(capture, live, address, catalogue.ClusterId, cancellationToken);
            await RequireLeaderAsync(address, "after the metadata were taken", cancellationToken);
            Directory.Move(written + "/snapshots", capture.At("snapshots"));
            File.Move(written + "/raft.db", capture.At("raft.db"));
            CopiedAttributes.Set(capture.Path, NativeFiles.Require(live));
            Keep(request, RestoreRecord.LeaderMetadata, found.MetaInfo);
            var files = TreeWalk.Below(capture.Path).Where(i => i.Status.Kind == FileKind.Regular).ToList();
            return new StepResult(files.Count, files.Sum(f => f.Status.SizeBytes), CatalogueEvidence.Of(catalogue, request.Exact))
            {
                FirstTaken = started,
                LastTaken = time.GetUtcNow(),
                Notes = [string.Create(CultureInfo.InvariantCulture, $"metadata of the leader {address}, catalogue index {found.Snapshots.Max(s => s.Index)}")],
            };
        }
        finally
        {
            FreshDirectory.Remove(fresh);
        }
    }

    // Of some databases: what a running cluster is told to take them back, and no META that one could start on. It is what the server's own
    // backup writes as meta_info.json.
    private async Task<StepResult> TakeCatalogueAsync(
        CaptureStepRequest request, CapturedDirectory capture, string address, CancellationToken cancellationToken)
    {
        await RequireLeaderAsync(address, "before the catalogue was taken", cancellationToken);
        var started = time.GetUtcNow();
        var answer = await client.GetAsync(address, "/getdata", askOthers: false, cancellationToken);
        var catalogue = Catalogue.Read(answer);
        _ = SelectedDatabases.Require(catalogue, request.Objects);
        AdoptionOrder.RequireSize(answer.Body, request.Objects, address);
        await RequireLeaderAsync(address, "after the catalogue was taken", cancellationToken);
        var live = LiveRoots.Resolve(configuration, RootNames.Meta);
        await using (var info = new FileStream(capture.At(WrittenMeta.InfoName), FileMode.CreateNew, FileAccess.Write))
        {
            await info.WriteAsync(answer.Body, cancellationToken);
        }

        CopiedAttributes.Set(capture.At(WrittenMeta.InfoName), NativeFiles.Require(live) with { Mode = InfoMode });
        CopiedAttributes.Set(capture.Path, NativeFiles.Require(live));
        Keep(request, RestoreRecord.CatalogueMetadata, metaInfo: null);
        return new StepResult(1, answer.Body.Length, CatalogueEvidence.Of(Catalogue.Read(answer, request.Objects), request.Exact) with { Selected = true })
        {
            FirstTaken = started,
            LastTaken = time.GetUtcNow(),
            Caveats = catalogue.Stores.Count > 1 ? [Caveats.Of(Caveats.AdoptingCluster, $"{catalogue.Stores.Count} stores")] : [],
            Notes = [$"the catalogue of the leader {address}; no META, because the point holds {string.Join(", ", request.Objects)} only"],
        };
    }

    // The server copies its raft.db while it goes on, so a copy can be torn; that shows, and another is ordered.
    private async Task<(string Fresh, string Written, WrittenMeta Found)> OrderBackupAsync(
        CapturedDirectory capture, string live, string address, string clusterId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var fresh = FreshDirectory.Make(capture, live, Roles.Meta, configuration, table);
            try
            {
                _ = await client.PostAsync(address, "/backupMeta?backupPath=" + Uri.EscapeDataString(fresh), cancellationToken);
                var written = Find(fresh, address);
                return (fresh, written, Check(written, address, clusterId));
            }
            catch (CairnException) when (attempt < BackupAttempts)
            {
                FreshDirectory.Remove(fresh);
            }
            catch
            {
                FreshDirectory.Remove(fresh);
                throw;
            }
        }
    }

    private async Task RequireLeaderAsync(string address, string when, CancellationToken cancellationToken)
    {
        var stat = RaftStat.Read(await client.GetAsync(address, RaftStat.Path, askOthers: false, cancellationToken));
        var state = stat.ByAddress.GetValueOrDefault(address) ?? stat.ByAddress.Values.FirstOrDefault();
        if (state?.IsLeader != true)
        {
            throw new CairnException(
                ErrorCode.LeaderMoved,
                $"the ts-meta {address} does not lead {when}; it says '{state?.State}'",
                "the metadata are taken again from the new leader; run the backup again if that does not happen",
                subject: address);
        }
    }

    // Either directly in the path that was given, or, as the native backup does, in meta_backup below it.
    private static string Find(string fresh, string address)
    {
        string[] places = [fresh, fresh + "/meta_backup"];
        return places.FirstOrDefault(place => File.Exists(place + "/raft.db")) ?? throw Unusable(
            address, $"wrote no raft.db into '{fresh}', although it did not refuse to; its answer to backupMeta means nothing");
    }

    private static WrittenMeta Check(string written, string address, string clusterId)
    {
        try
        {
            var found = WrittenMeta.Read(written);
            return found.Catalogue?.ClusterId == clusterId ? found : throw new InvalidDataException(
                found.Catalogue is null ? "meta_info.json is missing" : $"meta_info.json is of cluster {found.Catalogue.ClusterId}, this is {clusterId}");
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException)
        {
            throw Unusable(address, $"wrote metadata that cannot be used: {wrong.Message}", wrong);
        }
    }

    private static void Keep(CaptureStepRequest request, string metadata, string? metaInfo)
    {
        var notes = CaptureNotes.Read(request.Workspace);
        (notes with { Metadata = metadata, MetaInfo = metaInfo, Taken = [.. notes.Taken.Append(RootNames.Meta).Distinct()] })
            .Keep(request.Workspace);
    }

    private static CairnException Unusable(string address, string what, Exception? cause = null) => new(
        ErrorCode.EngineAnswer,
        $"the ts-meta {address} {what}",
        "see its log; it must be able to write into the agent's .cairn directory beside META",
        subject: address,
        cause: cause);
}
