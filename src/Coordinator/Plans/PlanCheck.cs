using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Plans;

/// <summary>Holds what would be done now against what the caller saw.</summary>
internal sealed class PlanCheck(PlanTable seen)
{
    private const int HashLength = 64;
    private const int MostDifferences = 6;

    /// <summary>Refuses a request that does not say which plan its caller saw.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static void RequireHash(string hash, string howToSee)
    {
        if (hash.Length != HashLength || !hash.All(char.IsAsciiHexDigitLower))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "the request does not say which plan its caller saw",
                $"look at the plan first and give its hash: {howToSee}");
        }
    }

    /// <summary>Refuses when <paramref name="now"/> is not the plan that the caller saw, and names the difference.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PlanChanged"/>.</exception>
    public void Require(string hash, SeenPlan now, string howToSee)
    {
        if (now.Hash == hash)
        {
            return;
        }

        var difference = seen.Find(hash) is { } then
            ? Difference(then, now.Steps)
            : "that plan was never shown by this coordinator, or too long ago to tell what differs";
        throw new CairnException(
            ErrorCode.PlanChanged,
            $"the plan is not the one that was seen ({hash[..12]}, now {now.Hash[..12]}): {difference}",
            $"look at it again and run that one: {howToSee}",
            subject: hash);
    }

    private static string Difference(IReadOnlyList<string> then, IReadOnlyList<string> now)
    {
        var lines = then.Except(now, StringComparer.Ordinal).Select(line => $"no longer '{line}'")
            .Concat(now.Except(then, StringComparer.Ordinal).Select(line => $"now '{line}'"))
            .ToList();
        var more = lines.Count > MostDifferences ? $"; and {lines.Count - MostDifferences} more" : "";
        return lines.Count == 0
            ? "the same steps in another order"
            : string.Join("; ", lines.Take(MostDifferences)) + more;
    }
}
