namespace Cairn.Repository;

/// <summary>One thing that a source offers to a point; the writer pulls them and reads the files itself.</summary>
public sealed record SourceEntry
{
    /// <summary>
    /// Relative, '/'-separated; the first component is the root's name ("data/…", "wal/…", "meta/…"). At most 4096 bytes,
    /// no empty, "." or ".." component; each path once per point. The root itself may be an entry. A byte that is not part of valid UTF-8 stands
    /// as the lone surrogate U+DC00 plus the byte.
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

    /// <summary>
    /// The database goes on writing the file while it is read, and can repair what that gives: it is always read, nothing of it is
    /// trouble, and where it became shorter than it was when listed zeros stand for the rest. Goes with <see cref="MayVanish"/>.
    /// </summary>
    public bool Live { get; init; }

    /// <summary>Looks at what is read of the file before it is stored; null for none.</summary>
    public IPieceCheck? Check { get; init; }

    /// <summary>The owner's name on the source's host, set again where it is known; empty: the number counts. At most 256 bytes.</summary>
    public string Owner { get; init; } = string.Empty;

    /// <summary>As <see cref="Owner"/>, for the group.</summary>
    public string Group { get; init; } = string.Empty;

    /// <summary>
    /// The engine's page size in bytes for a file that changes page by page, a power of two from 512 to 1 MiB; 0 for any other. Such files are cut small, so
    /// that an incremental stores little more than the pages that changed.
    /// </summary>
    public int PageBytes { get; init; }

    /// <summary>
    /// For a further name of a file that came before (a hard link): that file's path. It has no content of its own and comes back as a link. Null for all else.
    /// </summary>
    public string? LinkedTo { get; init; }

    /// <summary>Further names of this file may come; see <see cref="LinkedTo"/>.</summary>
    public bool MayHaveLinks { get; init; }

    /// <summary>Extended attributes, ACLs included; at most 1 MiB together.</summary>
    public IReadOnlyList<ExtendedAttributeValue> ExtendedAttributes { get; init; } = [];

    /// <summary>A device, socket or pipe: refused with a <see cref="SourceException"/>, or left out and noted where the point allows source trouble.</summary>
    public bool IsSpecial { get; init; }
}
