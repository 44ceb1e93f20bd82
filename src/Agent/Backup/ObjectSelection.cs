using Cairn.Agent.Engines;
using Cairn.Shared.Errors;
using RecordOfPoint = Cairn.Repository.CommitRecord;

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

    /// <summary>True when two points are limited to the same objects, or to none, so that one can be held against the other.</summary>
    public static bool IsSame(RecordOfPoint one, RecordOfPoint other) =>
        ObjectsOf(one) is { } objects && ObjectsOf(other) is { } others && objects.SequenceEqual(others, StringComparer.Ordinal);

    private static IReadOnlyList<string>? ObjectsOf(RecordOfPoint record)
    {
        try
        {
            return [.. CommitRecords.FromRepository(record).Summary?.Objects ?? []];
        }
        catch (CairnException)
        {
            // Nobody knows what it holds. Whoever lists or restores that point is told.
            return null;
        }
    }
}
