namespace Cairn.Repository;

/// <summary>One path of a point. Its segments stay in the manifest.</summary>
public sealed record ManifestEntry
{
    /// <summary>Relative, '/'-separated; the first component is the root's name.</summary>
    public required string Path { get; init; }

    /// <summary>Directory, file or symbolic link.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>What a restore sets again.</summary>
    public required UnixAttributes Attributes { get; init; }

    /// <summary>A symbolic link's text; null for all else.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The engine's word for the part it belongs to.</summary>
    public required string Class { get; init; }

    /// <summary>The engine said that the content never changes once it has this name.</summary>
    public required bool Immutable { get; init; }

    /// <summary>The file had holes; a restore leaves zero blocks unwritten.</summary>
    public required bool Sparse { get; init; }

    /// <summary>The live file's device and inode, where the source told.</summary>
    public FileIdentity? Identity { get; init; }

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
}
