namespace Cairn.Agent.Native;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Directory,
    Symlink,
    Other,
}
