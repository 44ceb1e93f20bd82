namespace Cairn.Agent.Capturing;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A symbolic link, not followed.</summary>
    SymbolicLink,

    /// <summary>A device, socket or pipe; nothing that a capture takes.</summary>
    Other,
}
