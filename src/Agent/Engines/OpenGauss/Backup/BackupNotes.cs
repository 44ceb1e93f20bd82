using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Pages;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss.Backup;

/// <summary>What a capture has found out so far; in its notes directory.</summary>
internal sealed record BackupNotes
{
    private const string FileName = "backup.json";

    public required bool Cold { get; init; }

    public required string Dialect { get; init; }

    public required string Version { get; init; }

    public required string MajorVersion { get; init; }

    public required string SystemIdentifier { get; init; }

    public required string Role { get; init; }

    public required bool Checksums { get; init; }

    public required int WalSegmentBytes { get; init; }

    public required bool RepairsTornPages { get; init; }

    /// <summary>Configuration files that lie outside the data directory.</summary>
    public required IReadOnlyList<string> OutsideFiles { get; init; }

    public string StartLsn { get; init; } = "";

    /// <summary>Where the log is received; empty when the server's own files are read.</summary>
    public string LogDirectory { get; init; } = "";

    public string StopLsn { get; init; } = "";

    public string Timeline { get; init; } = "";

    public IReadOnlyList<Tablespace> Tablespaces { get; init; } = [];

    public IReadOnlyList<PageFailure> PageFailures { get; init; } = [];

    public long PageFailureCount { get; init; }

    public long PagesReadAgain { get; init; }

    /// <summary>True once everything was offered to the repository.</summary>
    public bool Complete { get; init; }

    /// <summary>Reads those of a capture.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CaptureLost"/>: there are none.</exception>
    public static BackupNotes Read(CaptureWorkspace workspace) =>
        NotesFile.Read<BackupNotes>(workspace.NotesDirectory, FileName) ?? throw new CairnException(
            ErrorCode.CaptureLost, "the capture of this server was never begun", "run the backup again", subject: workspace.NotesDirectory);

    /// <summary>Keeps them.</summary>
    public void Write(CaptureWorkspace workspace) => NotesFile.Write(workspace.NotesDirectory, FileName, this);
}
