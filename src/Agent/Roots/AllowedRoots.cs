using Cairn.Shared.Errors;

namespace Cairn.Agent.Roots;

/// <summary>The directories below which the agent may touch anything, and the check that a path lies there.</summary>
internal sealed class AllowedRoots(string node, IReadOnlyList<string> configured)
{
    /// <summary>
    /// Resolves <paramref name="path"/> and proves that it and the directory that it is in lie inside an allowed root, also
    /// through links. The parent must, because captures and restores live beside what they belong to.
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.OutsideRoots"/>, or <see cref="ErrorCode.PathUnusable"/> when it cannot be resolved.
    /// </exception>
    public ResolvedRoot Require(string path)
    {
        var resolved = PathResolution.Resolve(path, node);
        var parent = Path.GetDirectoryName(resolved);
        if (parent is not null
            && configured.Any(root => PathResolution.IsInside(parent, PathResolution.Resolve(root, node))))
        {
            return new ResolvedRoot(path, resolved);
        }

        var meant = resolved == path ? path : $"{path} (which is {resolved})";
        throw new CairnException(
            ErrorCode.OutsideRoots,
            $"{meant} and the directory it is in do not lie inside the allowed roots {string.Join(", ", configured)}",
            "add a directory above it to 'roots' in the agent's configuration, or move the data",
            node.Length == 0 ? null : node,
            path);
    }
}
