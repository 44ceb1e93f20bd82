using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>
/// Every change that a repository makes to its file system, one method per system call: what is not done through here does not happen to a
/// repository. So the order of writes, syncs and renames that the format promises can be recorded, cut at any place and proved. Members may be called
/// concurrently; each throws a <see cref="RepositoryException"/> with the path.
/// </summary>
internal interface IFileLayer
{
    /// <summary>Opens for writing and makes the file where it is absent; with <paramref name="mustBeNew"/> it must be. Never through a link.</summary>
    SafeFileHandle OpenForWriting(string path, uint mode, bool mustBeNew);

    /// <summary>Writes all of it.</summary>
    void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, long offset, string path);

    /// <summary>Cuts the file, or makes it longer by zeros.</summary>
    void SetLength(SafeFileHandle handle, long length, string path);

    /// <summary>
    /// Lets an empty file share all blocks of another until one of the two is written to. False, and nothing is changed, where the file system cannot do that
    /// or the two are not on one.
    /// </summary>
    bool TryShareBlocks(SafeFileHandle empty, SafeFileHandle other);

    /// <summary>Makes a file's content, or a directory's names, durable.</summary>
    void Sync(SafeFileHandle handle, string path);

    /// <summary>Makes everything on the file system of <paramref name="handle"/> durable.</summary>
    void SyncFileSystem(SafeFileHandle handle, string path);

    /// <summary>Makes a directory that must not be there.</summary>
    void MakeDirectory(string path, uint mode);

    /// <summary>Gives a file another name, in place of what has it.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file's name; false when there is none.</summary>
    bool Unlink(string path);

    /// <summary>Removes an empty directory.</summary>
    void RemoveDirectory(string path);
}
