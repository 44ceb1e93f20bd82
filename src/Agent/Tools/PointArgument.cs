using System.CommandLine;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary>Names a point on the command line: its id, the beginning of one, or <c>latest</c>.</summary>
internal static class PointArgument
{
    /// <summary>An argument of that name.</summary>
    public static Argument<string> Make(string name = "POINT") =>
        new(name) { Description = "A point's id, the beginning of one, or 'latest'." };

    /// <summary>The one point that is meant; damaged ones can be named too.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PointNotFound"/>: none, or more than one.</exception>
    public static async Task<PointSummary> ResolveAsync(INodeRepository repository, string named, CancellationToken cancellationToken)
    {
        var points = await repository.ListPointsAsync(cancellationToken);
        var meant = named == "latest" ? points.TakeLast(1).ToList() : points.Where(p => p.Point.Text.StartsWith(named, StringComparison.Ordinal)).ToList();
        return meant.Count == 1 ? meant[0] : throw new CairnException(
            ErrorCode.PointNotFound,
            meant.Count == 0 ? $"{repository.Path} holds no point '{named}'" : $"'{named}' is the beginning of {meant.Count} points, such as {meant[0].Point} and {meant[1].Point}",
            "see cairn-agent repository list",
            subject: named);
    }
}
