namespace Cairn.Agent.Native;

/// <summary>Whole directories: what they take, and their removal. Never follows a link.</summary>
internal static class Tree
{
    private const uint OwnerAll = 0x1c0;

    /// <summary>Bytes that the tree takes on disk; 0 when it is not there.</summary>
    public static long AllocatedBytes(string path)
    {
        var status = NativeFiles.Look(path);
        var bytes = status.AllocatedBytes;
        if (status.Kind == FileKind.Directory)
        {
            foreach (var child in Children(path))
            {
                bytes += AllocatedBytes(child);
            }
        }

        return bytes;
    }

    /// <summary>
    /// Removes the tree and returns the bytes that its files took. Nothing happens when it is not there; may be repeated
    /// after a failure.
    /// </summary>
    public static long Remove(string path, CancellationToken cancellationToken)
    {
        var status = NativeFiles.Look(path);
        switch (status.Kind)
        {
            case FileKind.Missing:
                return 0;
            case FileKind.Directory:
                var freed = status.AllocatedBytes;
                if ((status.Mode & OwnerAll) != OwnerAll && !NativeFiles.IsSuperuser)
                {
                    NativeFiles.ChangeMode(path, status.Mode | OwnerAll);
                }

                foreach (var child in Children(path))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    freed += Remove(child, cancellationToken);
                }

                if (!NativeFiles.TryRemoveEmptyDirectory(path) && NativeFiles.Look(path).Kind != FileKind.Missing)
                {
                    throw new NativeFailureException("rmdir", path, NativeFailureException.NotEmpty);
                }

                return freed;
            default:
                NativeFiles.Unlink(path);
                return status.AllocatedBytes;
        }
    }

    // What vanished meanwhile has no children.
    private static IEnumerable<string> Children(string path) => (NativeFiles.ListNames(path) ?? []).Select(name => $"{path}/{name}");
}
