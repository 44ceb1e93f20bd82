using Cairn.Agent.Capturing;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>What a capture remembers between its steps and across a restart of the agent.</summary>
internal sealed record CaptureNotes
{
    private const string FileName = "opengemini.json";

    /// <summary>The instance was stopped.</summary>
    public bool Cold { get; init; }

    /// <summary>Writes were blocked.</summary>
    public bool Exact { get; init; }

    /// <summary>The databases that the capture is limited to; empty for all.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>Replicated partitions whose <c>raft.meta</c> was captured.</summary>
    public IReadOnlyList<PartitionPath> Positions { get; init; } = [];

    /// <summary>Shard directories that had a WAL when the logs were captured.</summary>
    public IReadOnlyList<string> WalShards { get; init; } = [];

    /// <summary>When the step logs of this node ended.</summary>
    public DateTimeOffset? LogsEnded { get; init; }

    /// <summary>Roots that hold what a step took.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];

    /// <summary>leader, own, catalogue or none.</summary>
    public string Metadata { get; init; } = Restore.RestoreRecord.NoMetadata;

    /// <summary>The database's version; empty when it was not told.</summary>
    public string Version { get; init; } = "";

    /// <summary>Databases that were captured: directories below data and WAL.</summary>
    public IReadOnlyList<string> Databases { get; init; } = [];

    /// <summary>The catalogue that came with the metadata, as the server wrote it; evidence for people, no part of META.</summary>
    public string? MetaInfo { get; init; }

    /// <summary>
    /// Reads them; empty ones when there are none. Only the first step begins them anew: a later step may be repeated alone, as
    /// the metadata are when the leader moved, and has another attempt's number then.
    /// </summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static CaptureNotes Read(CaptureWorkspace workspace) =>
        NotesFile.Read<CaptureNotes>(workspace.NotesDirectory, FileName) ?? new CaptureNotes();

    /// <summary>
    /// What of META the capture still holds: the core empties it again when the leader moved to another node after this one had
    /// captured it, and then this node has none.
    /// </summary>
    public string MetadataIn(CaptureWorkspace workspace) =>
        KeyFile() is not { } file || File.Exists($"{workspace.For(RootNames.Meta)}/{file}") ? Metadata : Restore.RestoreRecord.NoMetadata;

    /// <summary>The roots of <see cref="Taken"/> that the capture still holds.</summary>
    public IReadOnlyList<string> HeldIn(CaptureWorkspace workspace) =>
        [.. Taken.Where(root => root != RootNames.Meta || MetadataIn(workspace) != Restore.RestoreRecord.NoMetadata)];

    private string? KeyFile() => Metadata switch
    {
        Restore.RestoreRecord.LeaderMetadata => "raft.db",
        Restore.RestoreRecord.CatalogueMetadata => Meta.WrittenMeta.InfoName,
        _ => null,
    };

    /// <summary>Keeps them.</summary>
    public CaptureNotes Keep(CaptureWorkspace workspace)
    {
        NotesFile.Write(workspace.NotesDirectory, FileName, this);
        return this;
    }
}
