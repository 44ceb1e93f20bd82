using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>One node's part of a point, found in a backup that the database's own tools made.</summary>
public sealed record ForeignPoint
{
    /// <summary>The directory that it comes from; of an increment the increment's.</summary>
    public required string Source { get; init; }

    /// <summary>When the database took it.</summary>
    public required DateTimeOffset Taken { get; init; }

    /// <summary>What the node's part holds, paths as <see cref="IEngineInstance.EntriesAsync"/> has them. Reads the source; may be called again.</summary>
    public required Func<CancellationToken, IAsyncEnumerable<SourceEntry>> Entries { get; init; }

    /// <summary>As <see cref="IEngineInstance.RecordAsync"/> would give it.</summary>
    public required string Record { get; init; }

    /// <summary>The database's version; empty when the backup does not tell.</summary>
    public required string Version { get; init; }

    /// <summary>Whether it holds the cluster's metadata, to be put in place on this node.</summary>
    public required bool HasMetadata { get; init; }

    /// <summary>Roles that this instance led when it was taken, as far as the backup shows.</summary>
    public required IReadOnlyList<string> Leads { get; init; }

    /// <summary>For <see cref="IEngine.CheckCut"/>, by step.</summary>
    public required IReadOnlyList<(string Step, ReadOnlyMemory<byte> Evidence)> Evidence { get; init; }

    /// <summary>Sentences for whoever runs the import.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What the point will not promise, beside what <see cref="IEngine.CheckCut"/> finds.</summary>
    public required IReadOnlyList<Caveat> Caveats { get; init; }
}
