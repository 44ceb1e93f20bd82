using Cairn.Agent.Capturing;

namespace Cairn.Agent.Engines.Files;

/// <summary>What a capture remembers between its steps and across a restart of the agent.</summary>
internal sealed record CaptureNotes
{
    private const string FileName = "files.json";

    /// <summary>The job, for the environment of commands.</summary>
    public string JobId { get; init; } = "";

    /// <summary>The command before the capture has ended well, or there is none.</summary>
    public bool Prepared { get; init; }

    /// <summary>The command after the capture must still run.</summary>
    public bool AfterIsDue { get; init; }

    /// <summary>The instance was stopped.</summary>
    public bool Cold { get; init; }

    /// <summary>A command before the capture prepared the database.</summary>
    public bool Commands { get; init; }

    /// <summary>Whether the files were taken.</summary>
    public bool Taken { get; init; }

    /// <summary>Reads them; empty ones when there are none.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static CaptureNotes Read(CaptureWorkspace workspace) =>
        NotesFile.Read<CaptureNotes>(workspace.NotesDirectory, FileName) ?? new CaptureNotes();

    /// <summary>Keeps them.</summary>
    public void Keep(CaptureWorkspace workspace) => NotesFile.Write(workspace.NotesDirectory, FileName, this);
}
