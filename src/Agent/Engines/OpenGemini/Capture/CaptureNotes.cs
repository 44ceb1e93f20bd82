using Cairn.Agent.Capturing;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>What a capture remembers between its steps and across a restart of the agent.</summary>
internal sealed record CaptureNotes
{
    private const string FileName = "opengemini.json";

    /// <summary>Counts from 1; a later attempt begins anew.</summary>
    public int Attempt { get; init; }

    /// <summary>The instance was stopped.</summary>
    public bool Cold { get; init; }

    /// <summary>Writes were blocked.</summary>
    public bool Exact { get; init; }

    /// <summary>Replicated partitions whose <c>raft.meta</c> was captured.</summary>
    public IReadOnlyList<PartitionPath> Positions { get; init; } = [];

    /// <summary>Shard directories that had a WAL when the logs were captured.</summary>
    public IReadOnlyList<string> WalShards { get; init; } = [];

    /// <summary>When the step logs of this node ended.</summary>
    public DateTimeOffset? LogsEnded { get; init; }

    /// <summary>Roots that hold what a step took.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];

    /// <summary>leader, own or none.</summary>
    public string Metadata { get; init; } = Restore.RestoreRecord.NoMetadata;

    /// <summary>The database's version; empty when it was not told.</summary>
    public string Version { get; init; } = "";

    /// <summary>Databases that were captured: directories below data and WAL.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>The catalogue that came with the metadata, as the server wrote it; evidence for people, no part of META.</summary>
    public string? MetaInfo { get; init; }

    /// <summary>Reads them; fresh ones when there are none or they are of an earlier attempt.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static CaptureNotes Read(CaptureWorkspace workspace, CaptureStepRequest? request = null)
    {
        var notes = NotesFile.Read<CaptureNotes>(workspace.NotesDirectory, FileName) ?? new CaptureNotes();
        return request is null || notes.Attempt == request.Attempt
            ? notes
            : new CaptureNotes { Attempt = request.Attempt, Cold = request.Cold, Exact = request.Exact, Version = notes.Version };
    }

    /// <summary>Keeps them.</summary>
    public CaptureNotes Keep(CaptureWorkspace workspace)
    {
        NotesFile.Write(workspace.NotesDirectory, FileName, this);
        return this;
    }
}
