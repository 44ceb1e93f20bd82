using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Capturing;

/// <summary>
/// Lists a directory tree: a directory before what is in it, names in ordinal order, nothing followed. What vanishes
/// while it is listed is left out: in a live tree that is no error, and callers list again.
/// </summary>
internal static class TreeWalk
{
    /// <summary>
    /// Everything below <paramref name="root"/>. <paramref name="enter"/> says for a directory whether its content is wanted.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PermissionMissing"/>: a directory may not be listed.</exception>
    /// <exception cref="NativeFailureException">A directory cannot be read.</exception>
    public static IEnumerable<TreeItem> Below(string root, Func<TreeItem, bool>? enter = null)
    {
        var pending = new Stack<TreeItem>();
        Push(root, "", pending);
        while (pending.TryPop(out var item))
        {
            yield return item;
            if (item.Status.Kind == FileKind.Directory && (enter is null || enter(item)))
            {
                Push(root, item.Path, pending);
            }
        }
    }

    private static void Push(string root, string path, Stack<TreeItem> pending)
    {
        var directory = path.Length == 0 ? root : $"{root}/{path}";
        IReadOnlyList<string> names;
        try
        {
            names = NativeFiles.ListNames(directory) ?? [];
        }
        catch (NativeFailureException denied) when (denied.Error is NativeFailureException.AccessDenied)
        {
            throw new CairnException(
                ErrorCode.PermissionMissing,
                $"'{directory}' cannot be listed",
                "run the agent as the user that owns the database's files, or as root",
                subject: directory,
                cause: denied);
        }

        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (NativeFiles.Look($"{directory}/{names[i]}") is { Kind: not FileKind.Missing } status)
            {
                pending.Push(new TreeItem(path.Length == 0 ? names[i] : $"{path}/{names[i]}", status));
            }
        }
    }
}
