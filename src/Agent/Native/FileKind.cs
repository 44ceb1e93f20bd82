namespace Cairn.Agent.Native;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link, not followed.</summary>
    SymbolicLink,

    /// <summary>A device, socket or pipe; nothing that a capture takes.</summary>
    Other,
}
