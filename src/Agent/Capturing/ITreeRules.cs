namespace Cairn.Agent.Capturing;

/// <summary>How one item of a live tree is taken.</summary>
internal enum Take
{
    /// <summary>Not at all; a directory that is skipped is skipped with its content.</summary>
    Skip,

    /// <summary>A directory as such, but nothing in it.</summary>
    DirectoryOnly,

    /// <summary>By hard link: the content never changes under this name.</summary>
    Link,

    /// <summary>By copy: the file may be written in place. Directories are mirrored.</summary>
    Copy,
}

/// <summary>What an engine knows about the files of a tree. Called for every item in every pass, so cheap and without state.</summary>
internal interface ITreeRules
{
    /// <summary>How an item is taken; for a directory anything but <see cref="Take.Skip"/> and <see cref="Take.DirectoryOnly"/> enters it.</summary>
    Take Rule(TreeItem item);

    /// <summary>True for an item that stands for a change under way: the pass that sees it is not stable.</summary>
    bool IsUnrest(TreeItem item);
}
