namespace Cairn.Repository;

/// <summary>One thing that a source offers to a point; the writer pulls them and reads the files itself.</summary>
public sealed record SourceEntry
{
    /// <summary>
    /// Relative, '/'-separated; the first component is the root's name ("data/…", "wal/…", "meta/…"). At most 4096 bytes
    /// of UTF-8, no empty, "." or ".." component; each path once per point. The root itself may be an entry.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>Directory, file or symbolic link.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>What the restored entry gets. For a file the size must be that of <see cref="PhysicalPath"/>.</summary>
    public required UnixAttributes Attributes { get; init; }

    /// <summary>Where a symbolic link points, as its text; null for all else.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The engine's word for the part it belongs to ("data", "wal", "meta"). At most 64 bytes.</summary>
    public required string Class { get; init; }

    /// <summary>The engine says that the content never changes once it has this name; allows to carry over unread.</summary>
    public bool Immutable { get; init; }

    /// <summary>The live file (not the captured copy or link), for finding what is unchanged; null: always read.</summary>
    public FileIdentity? Identity { get; init; }

    /// <summary>Where a file is read: the captured copy or link, a regular file, opened without following a link.</summary>
    public string? PhysicalPath { get; init; }

    /// <summary>
    /// True for sources that are live: a file that is gone is left out and counted, one that grew gives the bytes it had
    /// when listed. Captured copies never vanish, so for those both are errors. Shrinking is always an error.
    /// </summary>
    public bool MayVanish { get; init; }
}
