using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Backup;

/// <summary>Reads point ids that came over the network.</summary>
internal static class PointIds
{
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it is none.</exception>
    public static PointId Require(string text) => PointId.TryParse(text, out var point)
        ? point
        : throw new CairnException(
            ErrorCode.InvalidRequest,
            "the request names no point in the form of a point id",
            "give the id as 'cairn backup list' prints it");
}
