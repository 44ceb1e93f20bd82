using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Roots;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Exporting;

/// <summary>
/// Where exports may go: below the allowed roots, and apart from what is somebody's already. A database would take files in its directories for its own, the
/// next backup would hold them, and a restore would move them aside.
/// </summary>
internal sealed class ExportPlaces(AgentSettings settings, AllowedRoots roots, Instances instances)
{
    /// <summary>Resolves <paramref name="place"/> and proves that an export may be put there.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.OutsideRoots"/>; <see cref="ErrorCode.PathUnusable"/>: in a directory of a database or of the agent; or an instance's configuration
    /// cannot be used, so that its directories are not known.
    /// </exception>
    public string Require(string place)
    {
        var target = roots.Require(place).Path;
        RequireOutside(target, settings.RepositoryPath, "this node's repository", settings.Node);
        RequireOutside(target, settings.StateDirectory, "the agent's state directory", settings.Node);
        foreach (var other in settings.RestoreFrom)
        {
            RequireOutside(target, other, "a repository that restores take parts from", settings.Node);
        }

        foreach (var instance in instances.Configured.Select(instances.Open))
        {
            foreach (var root in instance.Roots)
            {
                RequireOutside(target, root.Path, $"where the database of instance {instance.Name} keeps its {root.Name}", settings.Node);
            }
        }

        return target.Split('/').Contains(SideDirectory.Name)
            ? throw Taken(target, $"a directory called {SideDirectory.Name}, where captures and restores come and go", settings.Node)
            : target;
    }

    /// <summary>Proves that a resolved path does not lie in a directory, which <paramref name="whose"/> tells, as configured.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PathUnusable"/>.</exception>
    public static void RequireOutside(string target, string taken, string whose, string node)
    {
        if (PathResolution.IsInside(target, PathResolution.Resolve(taken, node)))
        {
            throw Taken(target, $"{taken}, {whose}", node);
        }
    }

    private static CairnException Taken(string target, string where, string node) => new(
        ErrorCode.PathUnusable,
        $"{target} lies in {where}",
        "export to another directory, beside the databases' own and the repository",
        node.Length == 0 ? null : node,
        target);
}
