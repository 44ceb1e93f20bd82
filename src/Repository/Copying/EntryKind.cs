namespace Cairn.Repository;

/// <summary>What a path names. Anything else (devices, sockets, pipes) is refused.</summary>
public enum EntryKind
{
    /// <summary>A directory; empty ones come back too.</summary>
    Directory = 1,

    /// <summary>A regular file.</summary>
    File = 2,

    /// <summary>A symbolic link, kept as its text and never followed.</summary>
    Symlink = 3,
}
