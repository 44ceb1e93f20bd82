using System.Globalization;
using System.Runtime.CompilerServices;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Meta;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// Makes points of native backups: the full one, and each increment together with the full, since a native increment is always the difference to
/// the last full backup and never to another increment. Everything is checked before the first byte is copied; docs/engines/opengemini.md.
/// </summary>
internal sealed class NativeReader(OpenGeminiConfiguration configuration)
{
    /// <summary>As <see cref="IImportingEngine.ReadForeign"/>.</summary>
    public IReadOnlyList<ForeignPoint> Read(ForeignBackup backup, CancellationToken cancellationToken)
    {
        var full = BackupDirectory.Open(backup.Full, configuration);
        var points = new List<ForeignPoint>();

        // A full backup whose directory an increment was taken into is not there any more by itself: its index was replaced.
        if (!backup.Increments.Contains(backup.Full))
        {
            points.Add(ReadPoint(full, increment: null, backup.AcceptUnproved, cancellationToken));
        }

        foreach (var path in backup.Increments)
        {
            var increment = BackupDirectory.Open(path, configuration);
            CheckOrder(full, increment, points);
            points.Add(ReadPoint(full, increment, backup.AcceptUnproved, cancellationToken));
        }

        return points;
    }

    private static void CheckOrder(BackupDirectory full, BackupDirectory increment, List<ForeignPoint> earlier)
    {
        if (full.DataPath != increment.DataPath)
        {
            throw Apart(full, increment, $"one is of '{full.DataPath}', the other of '{increment.DataPath}'");
        }

        if (increment.Result.TimeNs != 0 && increment.Result.TimeNs < full.Result.TimeNs)
        {
            throw Apart(full, increment, $"it was taken at {increment.Result.Time:u}, before the full one at {full.Result.Time:u}");
        }

        if (increment.Result.Time is { } time && earlier.Count > 0 && earlier[^1].Taken > time)
        {
            throw Apart(full, increment, $"it was taken at {time:u}, and '{earlier[^1].Source}', which was named before it, at {earlier[^1].Taken:u}");
        }

        if (full.Wal is not null && increment.Wal is null)
        {
            throw Apart(full, increment, "the full one holds Raft logs (wal_backup), the increment none, and old logs do not fit newer data");
        }
    }

    private ForeignPoint ReadPoint(BackupDirectory full, BackupDirectory? increment, bool acceptUnproved, CancellationToken cancellationToken)
    {
        var last = increment ?? full;
        var (notes, caveats) = (new List<string>(), new List<Caveat>());
        foreach (var part in increment is null || increment.Path == full.Path ? [last] : (BackupDirectory[])[full, increment])
        {
            CheckProved(part, acceptUnproved, notes, caveats);
        }

        var (meta, clusterIds) = (ReadMeta(last), new[] { full, last }.Select(part => ReadMeta(part)?.Catalogue?.ClusterId).OfType<string>().Distinct().ToList());
        if (clusterIds.Count > 1)
        {
            throw Apart(full, last, $"one is of cluster {clusterIds[0]}, the other of {clusterIds[1]}");
        }

        var tree = new NativeTree(full, increment);
        var databases = new SortedSet<string>(StringComparer.Ordinal);
        if (last.Data is not null)
        {
            databases.UnionWith(tree.Items(cancellationToken).Select(item => item.Path.Split('/')[0]).Where(name => name.Length > 0));
            notes.AddRange(NotesOf(tree, increment));
        }

        if (increment is not null)
        {
            caveats.Add(Caveats.Of(Caveats.IncrementBase));
        }

        if (full.IsOld || last.IsOld)
        {
            caveats.Add(Caveats.Of(Caveats.OldNative));
        }

        notes.Add(meta is null
            ? "it holds no META: the ts-meta of this host did not lead"
            : string.Create(CultureInfo.InvariantCulture, $"META of the leader, catalogue index {meta.Snapshots.Max(s => s.Index)}"));
        return new ForeignPoint
        {
            Source = last.Path,
            Taken = TimeOf(last, tree),
            Entries = token => EntriesAsync(full, increment, meta is not null, token),
            Record = RecordOf(last, meta, databases).ToJson(),
            Version = "",
            HasMetadata = meta is not null,
            Leads = meta is null ? [] : [Roles.Meta],
            Evidence = [.. EvidenceOf(last, meta).Select(e => (e.Step, e.Evidence.ToBytes()))],
            Notes = notes,
            Caveats = caveats,
        };
    }

    private static void CheckProved(BackupDirectory part, bool acceptUnproved, List<string> notes, List<Caveat> caveats)
    {
        if (part.Result.State == ResultState.Proved)
        {
            return;
        }

        if (!acceptUnproved)
        {
            throw ForeignFailures.Unusable(
                part.Result.Finding,
                "see in the server's log whether this backup ended well; if it did, import it with --accept-unproved",
                ResultFile.PathIn(part.Path));
        }

        notes.Add(part.Result.Finding);
        if (caveats.Count == 0)
        {
            caveats.Add(Caveats.Of(Caveats.ResultUnproved));
        }
    }

    private static IEnumerable<string> NotesOf(NativeTree tree, BackupDirectory? increment)
    {
        if (increment is not null)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{tree.Deleted} files of the full backup are deleted by the increment's logs");
        }

        if (tree.Unlisted > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{tree.Unlisted} files that no log names are left out, such as '{tree.FirstUnlisted}'");
        }
    }

    private WrittenMeta? ReadMeta(BackupDirectory part)
    {
        if (part.Meta is null || configuration.MetaRoot is null)
        {
            return null;
        }

        try
        {
            return WrittenMeta.Read(part.Meta);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException)
        {
            throw ForeignFailures.Damaged(part.Meta, wrong.Message, wrong);
        }
    }

    private static DateTimeOffset TimeOf(BackupDirectory part, NativeTree tree)
    {
        var nanoseconds = part.Result.TimeNs != 0 ? part.Result.TimeNs
            : tree.FullTimeNs != 0 ? tree.FullTimeNs
            : NativeFiles.Require(part.Path).ModifiedNs;
        return DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
    }

    private RestoreRecord RecordOf(BackupDirectory last, WrittenMeta? meta, SortedSet<string> databases) => new()
    {
        Version = "",
        Roles = configuration.Roles,
        Addresses = [.. configuration.NamedAddresses.Select(a => new RecordedAddress(a.Role, a.Address))],
        MetaRaftAddress = configuration.MetaRaftAddress ?? "",
        MetaJoin = configuration.MetaJoin,
        HaPolicy = configuration.HaPolicy,
        Roots = configuration.Roots.ToDictionary(r => r.Name, r => r.Path),
        Captured = [.. configuration.Roots.Select(r => r.Name).Where(name => name != RootNames.Meta ? last.Data is not null : meta is not null)],
        Metadata = meta is null ? RestoreRecord.NoMetadata : RestoreRecord.LeaderMetadata,
        Cold = false,
        Databases = [.. databases],
        MetaInfo = meta?.MetaInfo,
    };

    private IEnumerable<(string Step, Evidence Evidence)> EvidenceOf(BackupDirectory last, WrittenMeta? meta)
    {
        var partitions = last.Wal is null ? [] : PartitionPath.Below(last.Wal);
        yield return (StepNames.RaftPositions, new Evidence
        {
            Native = true,
            Store = last.Data is null ? null : configuration.IngestAddress,
            Positions = [.. partitions.Where(p => File.Exists(MetaOf(p))).Select(p => PositionsStep.Read(p, MetaOf(p)))],
        });
        yield return (StepNames.Logs, new Evidence { Native = true, Logs = [.. partitions.Select(p => LogsStep.Read(p, last.Wal!)).OfType<LogEvidence>()] });
        if (meta?.Catalogue is { } catalogue)
        {
            yield return (StepNames.Metadata, CatalogueEvidence.Of(catalogue, exact: false) with
            {
                Native = true, Stores = [.. catalogue.Stores.Select(store => store.Address)],
            });
        }

        string MetaOf(PartitionPath partition) => $"{last.Wal}/{partition.Directory}/{Raft.RaftLog.MetaName}";
    }

    private static async IAsyncEnumerable<SourceEntry> EntriesAsync(
        BackupDirectory full, BackupDirectory? increment, bool withMeta, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = increment ?? full;

        // The other names of these files are no part of the point: a backup may be made of links.
        var source = new TreeSource(namesElsewhere: int.MaxValue);
        if (last.Data is not null)
        {
            foreach (var (path, physical) in WalItems(last))
            {
                yield return Describe(source, physical, RootNames.Wal, path);
            }

            foreach (var (path, physical) in new NativeTree(full, increment).Items(cancellationToken))
            {
                yield return Describe(source, physical, RootNames.Data, path);
            }
        }

        foreach (var (path, physical) in withMeta ? MetaItems(last.Meta!) : [])
        {
            yield return Describe(source, physical, RootNames.Meta, path);
        }

        await Task.CompletedTask;
    }

    // Without logs of its own the restored store starts with an empty directory, like that of the data.
    private static IEnumerable<(string Path, string Physical)> WalItems(BackupDirectory last) => last.Wal is { } wal
        ? TreeWalk.Below(wal).Select(item => (item.Path, $"{wal}/{item.Path}")).Prepend(("", wal))
        : [("", last.Data!)];

    private static IEnumerable<(string Path, string Physical)> MetaItems(string meta) => TreeWalk
        .Below(meta, item => item.Path != BackupLog.DirectoryName)
        .Where(item => item.Path != BackupLog.DirectoryName)
        .Select(item => (item.Path, $"{meta}/{item.Path}"))
        .Prepend(("", meta));

    private static SourceEntry Describe(TreeSource source, string physical, string root, string path)
    {
        var entry = source.TryDescribe(physical, path.Length == 0 ? root : $"{root}/{path}", root)
            ?? throw ForeignFailures.Damaged(physical, "it vanished while it was imported");
        var immutable = entry.Kind == EntryKind.File && root == RootNames.Data && DataRules.IsImmutable(path);
        return entry with { Immutable = immutable, Identity = immutable ? entry.Identity : null };
    }

    private static CairnException Apart(BackupDirectory full, BackupDirectory increment, string finding) => ForeignFailures.Unusable(
        $"'{increment.Path}' is no increment on '{full.Path}': {finding}",
        "name the increments of one full backup, oldest first",
        increment.Path);
}
