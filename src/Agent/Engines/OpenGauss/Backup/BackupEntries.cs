using System.Runtime.CompilerServices;
using System.Text;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Pages;
using Cairn.Agent.Native;
using Cairn.Repository;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>
/// Everything of a server for the repository, in the order that makes a backup of it: the data directory and the tablespaces while the
/// server writes, the control file, then the end of the backup mode with the two files that it gives, and the log in between.
/// </summary>
internal sealed class BackupEntries(ServerConfiguration configuration, HeldBackups held, EngineLimits limits, TimeProvider time)
{
    /// <summary>The root that holds the data directory.</summary>
    public const string DataRoot = "data";

    /// <summary>The root that holds configuration files from elsewhere.</summary>
    public const string ConfigurationRoot = "configuration";

    private const string Label = "backup_label";
    private const string TablespaceMap = "tablespace_map";
    private const int MaxNamedFailures = 20;

    private readonly TreeSource source = new(namesElsewhere: 0);
    private readonly FileRules rules = new();
    private readonly PageFailures failures = new();

    /// <summary>The entries. Ends the backup mode on its way.</summary>
    public async IAsyncEnumerable<SourceEntry> ReadAsync(CaptureWorkspace workspace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var notes = BackupNotes.Read(workspace);
        var backup = notes.Cold ? null : held.Find(workspace.NotesDirectory)
            ?? throw HeldBackup.LostFailure(configuration.Address, "the agent has been restarted since");
        var data = new DataDirectory(configuration.DataDirectory);
        var tablespaces = data.Tablespaces();
        await foreach (var entry in source.ReadAsync(data.Path, DataRoot, found => OfData(found, data.Path, notes), cancellationToken))
        {
            yield return entry;
            await RequireAliveAsync(backup, cancellationToken);
        }

        foreach (var tablespace in tablespaces.Where(tablespace => tablespace is { Inside: false, VersionDirectory: not "" }))
        {
            await foreach (var entry in source.ReadAsync(
                tablespace.Path, tablespace.Root, found => OfTablespace(found, tablespace, notes), cancellationToken))
            {
                yield return entry;
                await RequireAliveAsync(backup, cancellationToken);
            }
        }

        foreach (var entry in Outside(notes))
        {
            yield return entry;
        }

        var control = await ControlFile.ReadAsync(data.Path, time, cancellationToken);
        yield return Written(workspace, data, ControlFile.Name, control.Content);
        if (backup is null)
        {
            (notes with { Tablespaces = tablespaces, Complete = true }).Write(workspace);
            yield break;
        }

        var end = await backup.StopAsync(cancellationToken);
        yield return Written(workspace, data, Label, Encoding.UTF8.GetBytes(end.Label));
        if (end.TablespaceMap.Length > 0)
        {
            yield return Written(workspace, data, TablespaceMap, Encoding.UTF8.GetBytes(end.TablespaceMap));
        }

        await backup.ReachAsync(end.Lsn, cancellationToken);
        var log = notes.LogDirectory.Length > 0 ? notes.LogDirectory : $"{data.Path}/{data.WalName}";
        foreach (var name in LogSegments.Find(log, notes.StartLsn, end.Lsn, notes.WalSegmentBytes))
        {
            yield return Log(data, $"{log}/{name}", name);
        }

        foreach (var name in LogSegments.Histories($"{data.Path}/{data.WalName}"))
        {
            yield return Log(data, $"{data.Path}/{data.WalName}/{name}", name);
        }

        var named = await NameAsync(backup, cancellationToken);
        (notes with
        {
            StopLsn = end.Lsn,
            Tablespaces = tablespaces,
            PageFailures = named,
            PageFailureCount = failures.Count,
            PagesReadAgain = failures.Rereads,
            Complete = true,
        }).Write(workspace);
        await held.EndAsync(workspace.NotesDirectory);
    }

    private static Task RequireAliveAsync(HeldBackup? backup, CancellationToken cancellationToken) =>
        backup?.RequireAliveAsync(cancellationToken) ?? Task.CompletedTask;

    private SourceEntry? OfData(SourceEntry found, string directory, BackupNotes notes)
    {
        if (found.Path.Length == DataRoot.Length)
        {
            return found;
        }

        var path = found.Path[(DataRoot.Length + 1)..];
        var entry = found;
        if (found.Kind == EntryKind.Symlink && path is "pg_wal" or "pg_xlog"
            && NativeFiles.TryRealPath($"{directory}/{path}") is { } log)
        {
            // A log that lies elsewhere comes back inside: the link would lead to the one that is in use.
            entry = found with { Kind = EntryKind.Directory, LinkTarget = null, Attributes = NativeFiles.Look(log).Attributes with { Size = 0 } };
        }

        return rules.IsLeftOut(directory, path, KindOf(entry), notes.Cold)
            ? null
            : Adjusted(entry, FileRules.SegmentOf(path, inTablespace: false), notes);
    }

    private SourceEntry? OfTablespace(SourceEntry found, Tablespace tablespace, BackupNotes notes)
    {
        if (found.Path.Length == tablespace.Root.Length)
        {
            return found;
        }

        var path = found.Path[(tablespace.Root.Length + 1)..];
        return rules.IsLeftOutOfTablespace(tablespace.Path, path, KindOf(found), notes.Cold)
            ? null
            : Adjusted(found, FileRules.SegmentOf(path, inTablespace: true), notes);
    }

    private SourceEntry Adjusted(SourceEntry found, uint? segment, BackupNotes notes)
    {
        if (found.Kind != EntryKind.File)
        {
            return found;
        }

        // Whether a page changed only its content tells: neither times nor positions in pages are enough.
        var entry = found with { Immutable = false, Identity = null, MayHaveLinks = false, LinkedTo = null, Live = !notes.Cold, MayVanish = !notes.Cold };
        if (segment is not { } number)
        {
            return entry;
        }

        var size = found.Attributes.Size / PageChecksum.PageBytes * PageChecksum.PageBytes;
        return entry with
        {
            PageBytes = PageChecksum.PageBytes,
            Attributes = found.Attributes with { Size = notes.Cold ? found.Attributes.Size : size },
            Check = notes.Checksums ? new PageCheck(found.Path, number, mustVerify: !notes.RepairsTornPages && !notes.Cold, failures) : null,
        };
    }

    private IEnumerable<SourceEntry> Outside(BackupNotes notes)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in notes.OutsideFiles)
        {
            var directory = Path.GetDirectoryName(file)!;
            if (taken.Count == 0 && source.TryDescribe(directory, ConfigurationRoot, ConfigurationRoot) is { } root)
            {
                yield return root;
            }

            if (taken.Add(Path.GetFileName(file)) && source.TryDescribe(file, $"{ConfigurationRoot}/{Path.GetFileName(file)}", ConfigurationRoot) is { Kind: EntryKind.File } found)
            {
                yield return found with { Identity = null, MayHaveLinks = false, LinkedTo = null, Live = true, MayVanish = true };
            }
        }
    }

    // What the server hands over is never written where it would take it for its own.
    private SourceEntry Written(CaptureWorkspace workspace, DataDirectory data, string name, byte[] content)
    {
        var path = Path.Combine(workspace.NotesDirectory, Path.GetFileName(name));
        DurableFile.Publish(path, content);
        var like = Described($"{data.Path}/{ControlFile.Name}", $"{DataRoot}/{name}");
        return like with
        {
            PhysicalPath = path,
            Attributes = like.Attributes with { Size = content.Length, MtimeNs = NativeFiles.Look(path).ModifiedNs },
            Identity = null,
            MayHaveLinks = false,
            LinkedTo = null,
        };
    }

    // A log that the agent has received belongs to whom all else belongs.
    private SourceEntry Log(DataDirectory data, string file, string name)
    {
        var found = NativeFiles.Require(file);
        var like = Described($"{data.Path}/{ControlFile.Name}", $"{DataRoot}/{data.WalName}/{name}");
        return like with
        {
            PhysicalPath = file, Class = "wal", Live = true, MayVanish = true, Attributes = like.Attributes with { Size = found.SizeBytes, MtimeNs = found.ModifiedNs },
        };
    }

    private SourceEntry Described(string file, string path) => (source.TryDescribe(file, path, DataRoot)
        ?? throw new InvalidDataException($"'{file}' has vanished")) with { Identity = null, MayHaveLinks = false, LinkedTo = null };

    private static FileKind KindOf(SourceEntry entry) => entry switch
    {
        { IsSpecial: true } => FileKind.Other,
        { Kind: EntryKind.Directory } => FileKind.Directory,
        { Kind: EntryKind.Symlink } => FileKind.SymbolicLink,
        _ => FileKind.Regular,
    };

    private async Task<IReadOnlyList<PageFailure>> NameAsync(HeldBackup backup, CancellationToken cancellationToken)
    {
        var names = new RelationNames(configuration, limits, backup);
        var named = new List<PageFailure>();
        foreach (var failure in failures.Listed)
        {
            named.Add(named.Count < MaxNamedFailures ? failure with { Relation = await names.FindAsync(failure.File, cancellationToken) } : failure);
        }

        return named;
    }
}
