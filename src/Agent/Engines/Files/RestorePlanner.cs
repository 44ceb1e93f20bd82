using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>Where the roots of a point go: to the directories that this host's configuration gives to the same names, in its order.</summary>
internal static class RestorePlanner
{
    /// <summary>The plan and its checks; nothing is touched.</summary>
    public static RestoreLayout Plan(FilesConfiguration configuration, RestoreRequestFacts request)
    {
        RestoreRecord record;
        try
        {
            record = RestoreRecord.Parse(request.Record);
        }
        catch (InvalidDataException wrong)
        {
            return new RestoreLayout([], [Failed(
                "record", ErrorCode.PointDamaged, $"the record of this instance cannot be used: {wrong.Message}", "use another point, or a newer agent")]);
        }

        var (then, now) = (Names(record.Roots.Keys), Names(configuration.Roots.Select(root => root.Name)));
        var check = then == now
            ? new Check { Name = "data-roots", Passed = true, Finding = $"the point holds {then}, in this order: {string.Join(", ", configuration.Roots.Select(root => root.Name))}" }
            : Failed(
                "data-roots",
                ErrorCode.TopologyMismatch,
                $"the point holds the roots {then}, the configuration names {now}",
                "give options.roots the names of the point; their directories may be others");
        return new RestoreLayout(
            [.. configuration.Roots.Select(root => new RestoreTarget(root.Name, root.Path, Content: true))], [check]);
    }

    private static string Names(IEnumerable<string> roots) => string.Join(", ", roots.Order(StringComparer.Ordinal));

    private static Check Failed(string name, ErrorCode code, string finding, string wayOut) => new()
    {
        Name = name,
        Passed = false,
        Finding = finding,
        Error = new CairnException(code, finding, wayOut).ToDetail(),
    };
}
