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
}
