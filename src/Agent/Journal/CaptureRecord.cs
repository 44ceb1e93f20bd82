namespace Cairn.Agent.Journal;

/// <summary>A capture: what is held where, and until when. Its key is the job.</summary>
internal sealed record CaptureRecord
{
    public required string JobId { get; init; }

    public required string Cluster { get; init; }

    public required string PointId { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Ends by itself then, unless it is renewed or copied.</summary>
    public required DateTimeOffset LeaseEnds { get; init; }

    public required long LeaseMs { get; init; }

    /// <summary>Ends then in any case, and the job with it.</summary>
    public required DateTimeOffset MaxAgeEnds { get; init; }

    /// <summary>Ends when the captured file systems have less than this.</summary>
    public required long FreeFloorBytes { get; init; }

    public required bool Cold { get; init; }

    public required IReadOnlyList<CapturedInstance> Instances { get; init; }

    /// <summary>The leader's metadata that this node was given to keep; null when there are none.</summary>
    public ForeignMetadata? Metadata { get; init; }

    /// <summary>Null while it is held. Set before anything of it is removed.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Why it ended, as a sentence.</summary>
    public string EndReason { get; init; } = "";

    /// <summary>True when it ended by lease, age or space instead of by a command.</summary>
    public bool Lost { get; init; }

    /// <summary>True once nothing of it is left on disk.</summary>
    public bool Removed { get; init; }
}
