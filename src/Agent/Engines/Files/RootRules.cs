using Cairn.Agent.Capturing;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.Files;

/// <summary>The operator's patterns, for the tree of one root.</summary>
internal sealed class RootRules(string root, PathPatterns patterns) : ITreeRules
{
    /// <inheritdoc/>
    public Take Rule(TreeItem item)
    {
        var path = $"{root}/{item.Path}";
        if (patterns.IsExcluded(path))
        {
            return Take.Skip;
        }

        return item.Status.Kind == FileKind.Directory ? Take.Copy
            : !patterns.IsIncluded(path) ? Take.Skip
            : patterns.IsImmutable(path) ? Take.Link
            : Take.Copy;
    }

    /// <summary>Nothing is known about what a database is doing: only what changes tells.</summary>
    public bool IsUnrest(TreeItem item) => false;
}
