using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.Restore;

/// <summary>
/// Where the parts of a captured instance go: WAL, data, META, in this order, so that the piece without which nothing starts
/// comes last. Other directories are allowed [ran P2], other addresses are not [ran P3].
/// </summary>
internal static class RestorePlanner
{
    private const string OtherAddresses =
        "the Raft membership in raft.db names the old addresses, so a META that is moved to other addresses never elects a leader";

    private const string WayOutAddresses =
        "restore on hosts with the addresses of the point (other directories are fine), or give the hosts those addresses";

    /// <summary>The plan and its checks; nothing is touched.</summary>
    public static RestoreLayout Plan(OpenGeminiConfiguration configuration, RestoreRequestFacts request)
    {
        RestoreRecord record;
        try
        {
            record = RestoreRecord.Parse(request.Record);
        }
        catch (InvalidDataException wrong)
        {
            var refused = Failed("record", ErrorCode.PointDamaged, $"the record of this instance cannot be used: {wrong.Message}", "use another point, or a newer agent");
            return new RestoreLayout([], [refused]);
        }

        var metaHere = request.MetadataHere && record.Metadata != RestoreRecord.NoMetadata;
        var targets = configuration.Roots.Select(root => new RestoreTarget(root.Name, root.Path, root.Name != RootNames.Meta || metaHere)).ToList();
        return new RestoreLayout(targets, [.. Checks(configuration, record, request, targets)]);
    }

    private static IEnumerable<Check> Checks(
        OpenGeminiConfiguration configuration, RestoreRecord record, RestoreRequestFacts request, List<RestoreTarget> targets)
    {
        foreach (var check in IdentityChecks(configuration, record))
        {
            yield return check;
        }

        var missing = targets.Where(t => t.Content && !record.Captured.Contains(t.Root)).Select(t => t.Root).ToList();
        yield return missing.Count == 0
            ? Passed("parts", $"the point holds {string.Join(", ", record.Captured)}")
            : Failed("parts", ErrorCode.PointDamaged, $"the point holds no {string.Join(", ", missing)} of this instance", "use another point");
        if (request.MetadataHere && record.Metadata == RestoreRecord.NoMetadata)
        {
            yield return Failed(
                "metadata", ErrorCode.TopologyMismatch, "this node is to get the cluster's metadata, but its part of the point has none", "restore them on the node that held them");
        }
        else if (configuration.MetaRoot is { } meta)
        {
            yield return Passed("metadata", targets.Any(t => t.Root == RootNames.Meta && t.Content)
                ? $"META ({record.Metadata}) goes to '{meta}'"
                : $"the old META in '{meta}' is moved aside and an empty directory is left: an old follower's could win the election");
        }
    }

    /// <summary>That the instance is the one that was captured, as the database names it.</summary>
    public static IEnumerable<Check> IdentityChecks(OpenGeminiConfiguration configuration, RestoreRecord record)
    {
        yield return Same("roles", record.Roles.Order(StringComparer.Ordinal), configuration.Roles.Order(StringComparer.Ordinal), "a node takes only the part of a node with the same roles", "restore where the roles are the same");
        var recorded = record.Addresses.Select(a => $"{a.Role} {a.Address}").Order(StringComparer.Ordinal);
        var configured = configuration.NamedAddresses.Select(a => $"{a.Role} {a.Address}").Order(StringComparer.Ordinal);
        yield return Same("addresses", recorded, configured, OtherAddresses, WayOutAddresses);
        yield return Same(
            "raft-addresses",
            record.MetaJoin.Prepend(record.MetaRaftAddress),
            configuration.MetaJoin.Prepend(configuration.MetaRaftAddress ?? ""),
            OtherAddresses,
            WayOutAddresses);
        yield return Same("ha-policy", [record.HaPolicy], [configuration.HaPolicy], "databases are replicated by one and not by the other", "set ha-policy as it was");
    }

    private static Check Same(string name, IEnumerable<string> then, IEnumerable<string> now, string why, string wayOut)
    {
        var (was, found) = (string.Join(", ", then), string.Join(", ", now));
        return was == found
            ? Passed(name, found)
            : Failed(name, ErrorCode.TopologyMismatch, $"{name}: the point has '{was}', this instance '{found}'; {why}", wayOut);
    }

    private static Check Passed(string name, string finding) => new() { Name = name, Passed = true, Finding = finding };

    private static Check Failed(string name, ErrorCode code, string finding, string wayOut) => new()
    {
        Name = name,
        Passed = false,
        Finding = finding,
        Error = new CairnException(code, finding, wayOut).ToDetail(),
    };
}
