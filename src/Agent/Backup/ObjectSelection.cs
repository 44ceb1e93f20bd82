using Cairn.Agent.Engines;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Backup;

/// <summary>Selections of objects are for engines that can do that.</summary>
internal static class ObjectSelection
{
    /// <summary>Returns what is selected.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>.</exception>
    public static string Require(IEngineInstance instance, IReadOnlyCollection<string> objects, string node) =>
        objects.Count == 0 || instance is IObjectInstance
            ? $"{instance.Name}: {string.Join(", ", objects)}"
            : throw new CairnException(
                ErrorCode.Unsupported,
                $"the engine of instance '{instance.Name}' cannot back up a selection of its objects ({string.Join(", ", objects)})",
                "back up the whole cluster, without --objects",
                node,
                instance.Name);

    /// <summary>True when two points of a repository are limited to the same objects, so that one can be held against the other.</summary>
    public static async Task<bool> IsSameAsync(INodeRepository opened, PointId one, PointId other, CancellationToken cancellationToken) =>
        await ObjectsOfAsync(opened, one, cancellationToken) is var objects
        && objects.SequenceEqual(await ObjectsOfAsync(opened, other, cancellationToken), StringComparer.Ordinal);

    private static async Task<IReadOnlyList<string>> ObjectsOfAsync(INodeRepository opened, PointId point, CancellationToken cancellationToken) =>
        [.. CommitRecords.FromRepository((await opened.ReadPointAsync(point, cancellationToken)).Record).Summary.Objects];
}
