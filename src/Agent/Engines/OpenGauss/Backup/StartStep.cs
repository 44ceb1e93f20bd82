using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>The one step of a capture: the server goes into its backup mode, and stays there until the copy has read everything.</summary>
internal sealed class StartStep(ServerConfiguration configuration, HeldBackups held, EngineLimits limits, TimeProvider time)
{
    /// <summary>The step's name.</summary>
    public const string Name = "backup-mode";

    private const string StandardLabel = "cairn";
    private const string ReservedLabel = "gs_roach";

    /// <summary>Takes it. A repeated one gives up what an earlier one held.</summary>
    public async Task<CapturedStep> RunAsync(CaptureStepRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        await held.EndAsync(request.Workspace.NotesDirectory);
        var (notes, remarks) = request.Cold
            ? (await ColdAsync(cancellationToken), ["the server is stopped; its files are taken as they are"])
            : await BeginAsync(request, cancellationToken);
        notes.Write(request.Workspace);
        var (files, bytes) = Count();
        return new CapturedStep(
            started,
            time.GetUtcNow(),
            files,
            bytes,
            JsonSerializer.SerializeToUtf8Bytes(new { notes.SystemIdentifier, notes.Role, notes.StartLsn, notes.Dialect }),
            remarks,
            [.. Caveats(notes)]);
    }

    private async Task<(BackupNotes Notes, IReadOnlyList<string> Remarks)> BeginAsync(CaptureStepRequest request, CancellationToken cancellationToken)
    {
        var session = await ServerSession.OpenAsync(configuration, limits, database: null, cancellationToken);
        var backup = new HeldBackup(session, configuration, time);
        try
        {
            var state = await session.StateAsync(cancellationToken);
            var label = request.Label.Length > 0 ? request.Label : StandardLabel;
            if (label.StartsWith(ReservedLabel, StringComparison.Ordinal))
            {
                throw new CairnException(
                    ErrorCode.InvalidRequest, $"a label that begins with '{ReservedLabel}' makes another kind of backup on some servers", "choose another label");
            }

            var hurry = request.Parameters.Find("checkpoint") != "spread";
            var streams = request.Parameters.Find("wal") == "stream";
            var (lsn, kept) = await backup.StartAsync(label, streams ? null : SlotName(request.Workspace), hurry, cancellationToken);
            if (streams)
            {
                await backup.StreamAsync(limits, lsn, LogDirectory(request.Workspace), state.WalSegmentBytes, cancellationToken);
            }

            await held.PutAsync(request.Workspace.NotesDirectory, backup);
            var data = new DataDirectory(configuration.DataDirectory);
            var notes = new BackupNotes
            {
                Cold = false,
                Dialect = backup.Dialect.Name,
                Version = backup.Version,
                MajorVersion = data.MajorVersion,
                SystemIdentifier = state.SystemIdentifier.Length > 0 ? state.SystemIdentifier : (await ControlFile.ReadAsync(data.Path, time, cancellationToken)).SystemIdentifier,
                Role = state.Role,
                Checksums = state.Checksums,
                WalSegmentBytes = state.WalSegmentBytes,
                RepairsTornPages = backup.Dialect.RepairsTornPages,
                OutsideFiles = [.. new[] { state.ConfigFile, state.HbaFile, state.IdentFile }.Where(file => file.Length > 0 && !IsInside(data, file))],
                StartLsn = lsn,
                LogDirectory = streams ? LogDirectory(request.Workspace) : "",
                Timeline = state.Timeline,
            };
            return (notes, [$"{configuration.Address} ({state.Role}) is in its backup mode from {lsn} on; {(streams ? "its log is received meanwhile" : kept.Length > 0 ? "a slot of the session keeps its log" : "its log is kept as its settings say")}"]);
        }
        catch (Exception failure)
        {
            await backup.DisposeAsync();
            if (ServerFailures.Translate(failure, configuration) is { } known)
            {
                throw known;
            }

            throw;
        }
    }

    private async Task<BackupNotes> ColdAsync(CancellationToken cancellationToken)
    {
        var data = new DataDirectory(configuration.DataDirectory);
        var control = await ControlFile.ReadAsync(data.Path, time, cancellationToken);
        return new BackupNotes
        {
            Cold = true,
            Dialect = data.DialectName,
            Version = "",
            MajorVersion = data.MajorVersion,
            SystemIdentifier = control.SystemIdentifier,
            Role = data.IsStandby ? Roles.Standby : Roles.Primary,
            Checksums = false,
            WalSegmentBytes = 1 << 24,
            RepairsTornPages = true,
            OutsideFiles = [],
        };
    }

    private (long Files, long Bytes) Count()
    {
        var data = new DataDirectory(configuration.DataDirectory);
        var (files, bytes) = (0L, 0L);
        foreach (var place in data.Tablespaces().Where(tablespace => tablespace is { Inside: false, VersionDirectory: not "" }).Select(tablespace => tablespace.Path).Prepend(data.Path))
        {
            foreach (var item in TreeWalk.Below(place, item => item.Path is not ("pg_wal" or "pg_xlog")).Where(item => item.Status.Kind == FileKind.Regular))
            {
                files++;
                bytes += item.Status.SizeBytes;
            }
        }

        return (files, bytes);
    }

    private static IEnumerable<Caveat> Caveats(BackupNotes notes)
    {
        if (notes.Dialect != Server.Dialect.PostgreSqlName)
        {
            yield return new Caveat
            {
                Name = "dialect-not-observed",
                Text = $"the dialect {notes.Dialect} was made after its sources and was not seen to work on a server; restore a copy and check it",
            };
        }
        else if (int.TryParse(notes.MajorVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major > 17)
        {
            yield return new Caveat { Name = "version-not-observed", Text = $"version {notes.MajorVersion} is newer than those that are known; restore a copy and check it" };
        }
    }

    private static bool IsInside(DataDirectory data, string file) =>
        (NativeFiles.TryRealPath(file) ?? file).StartsWith(data.Path + "/", StringComparison.Ordinal);

    private static string LogDirectory(CaptureWorkspace workspace) => Path.Combine(workspace.NotesDirectory, "log");

    // Slots are named in lower case; two captures of one server must not share one.
    private static string SlotName(CaptureWorkspace workspace) =>
        $"cairn_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workspace.NotesDirectory)))[..16]}";
}
