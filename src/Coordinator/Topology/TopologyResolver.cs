using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>
/// Puts together what agents report, and checks it against what the databases say. Pure, and blind to engines: all it
/// knows are names, roles and addresses that agents report.
/// </summary>
internal static class TopologyResolver
{
    // The gravest first: who cannot be asked, then what the cluster itself is missing, then what does not fit together.
    private static readonly ErrorCode[] Gravity =
    [
        ErrorCode.AgentTooOld,
        ErrorCode.AgentUnreachable,
        ErrorCode.NoLeader,
        ErrorCode.MemberDead,
        ErrorCode.CannotTell,
        ErrorCode.InstanceNotRunning,
        ErrorCode.PermissionMissing,
        ErrorCode.TopologyConflict,
        ErrorCode.EngineAnswer,
        ErrorCode.Unsettled,
    ];

    /// <summary>
    /// Resolves one look at a cluster. With <paramref name="askedDatabases"/> false only the agents' words count, and
    /// no leader or member is looked for.
    /// </summary>
    public static ClusterTopology Resolve(
        ClusterRecord cluster, IReadOnlyList<NodeSighting> nodes, bool askedDatabases)
    {
        var instances = nodes
            .SelectMany(node => node.InstancesOf(cluster.Engine).Select(found => new LocatedInstance(node.Node, found)))
            .ToList();
        var views = instances.Where(instance => instance.Description.View is not null).ToList();
        var merged = ViewMerge.Of(views);
        var steps = instances.FirstOrDefault()?.Description.CaptureSteps.ToArray() ?? [];
        var leaders = Leaders(steps, merged.Members, instances);

        var problems = AgentProblems(cluster, nodes, instances).ToList();
        if (askedDatabases)
        {
            problems.AddRange(InstanceProblems(instances, views.Count));
            if (views.Count > 0)
            {
                problems.AddRange(MemberProblems.Find(steps, merged.Members, instances, AllAnswered(nodes)));
                problems.AddRange(merged.Conflicts);
                problems.AddRange(Unsettled(cluster, views));
            }
        }

        return new ClusterTopology(
            cluster,
            nodes,
            instances,
            steps,
            merged.Members,
            merged.Partitions,
            merged.Objects,
            leaders,
            [.. problems.OrderBy(Rank)],
            TopologyFingerprint.Of(merged.Members, merged.Partitions, withLeaders: true),
            TopologyFingerprint.Of(merged.Members, merged.Partitions, withLeaders: false));
    }

    private static bool AllAnswered(IReadOnlyList<NodeSighting> nodes) => nodes.All(node => node.Failure is null);

    private static int Rank(CairnException problem)
    {
        var rank = Array.IndexOf(Gravity, problem.Code);
        return rank < 0 ? Gravity.Length : rank;
    }

    private static IEnumerable<CairnException> AgentProblems(
        ClusterRecord cluster, IReadOnlyList<NodeSighting> nodes, List<LocatedInstance> instances)
    {
        foreach (var node in nodes)
        {
            if (node.Failure is { } failure)
            {
                yield return failure;
            }
            else if (!node.InstancesOf(cluster.Engine).Any())
            {
                yield return new CairnException(
                    ErrorCode.TopologyConflict,
                    $"{node.Node}: its agent knows no instance of the engine '{cluster.Engine}'",
                    "add the instance to the agent's configuration, or take the node out of the cluster",
                    node.Node,
                    cluster.Engine);
            }
        }

        foreach (var instance in instances.Where(other => !SameSteps(other, instances[0])))
        {
            yield return new CairnException(
                ErrorCode.TopologyConflict,
                $"{instance.Node}: instance '{instance.Description.Name}' declares other capture steps than "
                + $"'{instances[0].Description.Name}' on {instances[0].Node}",
                "install the same version of cairn-agent on all nodes of the cluster",
                instance.Node,
                instance.Description.Name);
        }

        var addresses = instances.SelectMany(instance => instance.Description.Addresses.Select(
            address => (address.Role, address.Address, Instance: instance)));
        foreach (var shared in addresses.GroupBy(found => (found.Role, found.Address)).Where(group => group.Count() > 1))
        {
            yield return new CairnException(
                ErrorCode.TopologyConflict,
                $"{string.Join(" and ", shared.Select(found => $"{found.Instance.Node}/{found.Instance.Description.Name}"))} "
                + $"both say that they are the {shared.Key.Role} at {shared.Key.Address}",
                "give every instance its own addresses in the database's configuration",
                subject: shared.Key.Address);
        }
    }

    private static bool SameSteps(LocatedInstance one, LocatedInstance other) =>
        one.Description.CaptureSteps.SequenceEqual(other.Description.CaptureSteps);

    private static IEnumerable<CairnException> InstanceProblems(List<LocatedInstance> instances, int views)
    {
        foreach (var (node, instance) in instances)
        {
            var findings = string.Join("; ", instance.RunFindings);
            switch (instance.RunState)
            {
                case RunState.Stopped:
                    yield return new CairnException(
                        ErrorCode.InstanceNotRunning,
                        $"{node}: instance '{instance.Name}' does not run{(findings.Length > 0 ? $": {findings}" : "")}",
                        "start it, or back the whole cluster up stopped with --cold",
                        node,
                        instance.Name);
                    break;
                case RunState.CannotTell or RunState.Unspecified:
                    yield return new CairnException(
                        ErrorCode.CannotTell,
                        $"{node}: whether instance '{instance.Name}' runs cannot be told: {findings}",
                        "give the agent the right that the finding names",
                        node,
                        instance.Name);
                    break;
            }

            if (instance.ViewError is { } error)
            {
                yield return new CairnException(
                    ErrorCodes.Parse(error.Code),
                    error.Message,
                    error.WayOut,
                    error.Node.Length > 0 ? error.Node : node,
                    error.Object.Length > 0 ? error.Object : instance.Name);
            }
        }

        if (views == 0 && instances.Count > 0 && instances.All(
            instance => instance.Description is { RunState: RunState.Running, ViewError: null }))
        {
            yield return new CairnException(
                ErrorCode.EngineAnswer,
                "every instance runs, but none of them says what the cluster looks like",
                "see that the agents' configuration names an instance that can be asked");
        }
    }

    private static Dictionary<string, LocatedInstance> Leaders(
        IEnumerable<CaptureStep> steps, IReadOnlyList<ClusterMember> members, List<LocatedInstance> instances)
    {
        var leaders = new Dictionary<string, LocatedInstance>(StringComparer.Ordinal);
        foreach (var role in MemberProblems.LedRoles(steps))
        {
            var leading = members.Where(member => member.Role == role && member.Leader).ToList();
            if (leading.Count == 1 && MemberProblems.Owner(leading[0], instances) is { } instance)
            {
                leaders[role] = instance;
            }
        }

        return leaders;
    }

    private static IEnumerable<CairnException> Unsettled(ClusterRecord cluster, List<LocatedInstance> views) => views
        .SelectMany(view => view.Description.View.Unsettled)
        .Distinct(StringComparer.Ordinal)
        .Select(what => new CairnException(
            ErrorCode.Unsettled,
            $"cluster '{cluster.Name}' is not settled: {what}",
            "wait until it has ended, then run the backup again",
            subject: cluster.Name));
}
