using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>What one node's databases say: the view, the version, and what could not be asked.</summary>
/// <param name="View">Null when nothing usable was said.</param>
/// <param name="Catalogue">The leader's catalogue, or another meta's when the leader did not answer.</param>
/// <param name="LeaderAddress">The one ts-meta that says it leads, by HTTP address; null when none or several do.</param>
/// <param name="Version">e.g. <c>v1.5.2</c>; empty when no ts-sql was asked.</param>
/// <param name="NotAsked">One sentence for everything that could not be asked.</param>
/// <param name="Error">The first failure, when there is no view.</param>
internal sealed record Observation(
    ClusterView? View, Catalogue? Catalogue, string? LeaderAddress, string Version, IReadOnlyList<string> NotAsked, CairnException? Error);

/// <summary>
/// Asks a node's own processes about the cluster: <c>SHOW CLUSTER</c> from the local ts-sql, the Raft state of all metas and the
/// leader's catalogue. Without a ts-sql on this host the leader's catalogue must do, and that is said.
/// </summary>
internal sealed class ClusterObserver(OpenGeminiConfiguration configuration, OpenGeminiClient client)
{
    private const string GetData = "/getdata";
    private readonly List<string> notAsked = [];
    private CairnException? firstError;

    /// <summary>Asks; a database that does not answer is in the observation, not thrown.</summary>
    public async Task<Observation> ObserveAsync(CancellationToken cancellationToken)
    {
        var version = await AskVersionAsync(cancellationToken);
        var show = await AskShowClusterAsync(cancellationToken);
        var metas = MetaAddresses(show);
        var raft = await FirstAsync(metas, async meta => RaftStat.Read(await client.GetAsync(meta, RaftStat.Path, askOthers: true, cancellationToken)));
        raft ??= await AskOneByOneAsync(metas, cancellationToken);
        var leader = raft?.Leaders is [var only] ? only : null;
        var order = leader is null ? metas : [leader, .. metas.Where(m => m != leader)];
        var catalogue = await FirstAsync(order, async meta => Catalogue.Read(await client.GetAsync(meta, GetData, askOthers: false, cancellationToken)));
        var view = catalogue is null ? null : Build(catalogue, show, raft);
        return new Observation(view, catalogue, leader, version, [.. notAsked], view is null ? firstError : null);
    }

    // A ts-meta that asks all others waits for a dead host longer than we wait for it; then each is asked alone.
    private async Task<RaftStat?> AskOneByOneAsync(IEnumerable<string> metas, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, RaftState>(StringComparer.Ordinal);
        foreach (var meta in metas)
        {
            var one = await FirstAsync([meta], async m => RaftStat.Read(await client.GetAsync(m, RaftStat.Path, askOthers: false, cancellationToken)));
            foreach (var (address, state) in one?.ByAddress ?? new Dictionary<string, RaftState>())
            {
                states[address] = state;
            }
        }

        return states.Count == 0 ? null : new RaftStat(states);
    }

    private async Task<string> AskVersionAsync(CancellationToken cancellationToken)
    {
        if (configuration.HttpAddresses.Count == 0)
        {
            notAsked.Add("the version was not asked: this host has no ts-sql");
            return "";
        }

        return await FirstAsync(configuration.HttpAddresses, async sql =>
        {
            var answer = await client.GetAsync(sql, "/ping", askOthers: false, cancellationToken);
            return answer.Version.Length > 0 ? answer.Version : throw answer.Unusable("named no version");
        }) ?? "";
    }

    private async Task<ShowCluster?> AskShowClusterAsync(CancellationToken cancellationToken)
    {
        if (configuration.HttpAddresses.Count == 0)
        {
            notAsked.Add("SHOW CLUSTER was not asked: this host has no ts-sql, so the state of the stores is the catalogue's");
            return null;
        }

        return await FirstAsync(
            configuration.HttpAddresses,
            async sql => ShowCluster.Read(await client.GetAsync(sql, ShowCluster.Path, askOthers: false, cancellationToken)));
    }

    private List<string> MetaAddresses(ShowCluster? show)
    {
        var metas = new List<string>();
        if (configuration.MetaHttpAddress is not null)
        {
            metas.Add(configuration.MetaHttpAddress);
        }

        metas.AddRange(show?.Rows.Where(r => r.Type == "meta" && r.Alive).Select(r => r.Address) ?? []);
        if (metas.Count == 0)
        {
            notAsked.Add("no ts-meta was asked: this host has none and no ts-sql named one");
        }

        return [.. metas.Where(m => HostAndPort.TryParse(m, out _, out _)).Distinct(StringComparer.Ordinal)];
    }

    // The first address that gives a usable answer; what the others said is kept.
    private async Task<T?> FirstAsync<T>(IEnumerable<string> addresses, Func<string, Task<T>> ask)
        where T : class
    {
        foreach (var address in addresses)
        {
            try
            {
                return await ask(address);
            }
            catch (CairnException failed)
            {
                firstError ??= failed;
                notAsked.Add(failed.Message);
            }
        }

        return null;
    }

    private static ClusterView Build(Catalogue catalogue, ShowCluster? show, RaftStat? raft)
    {
        var view = new ClusterView { DatabaseClusterId = catalogue.ClusterId };
        var rows = show?.Rows.ToLookup(r => r.Address, StringComparer.Ordinal);
        foreach (var meta in catalogue.Metas)
        {
            var state = raft?.ByAddress.GetValueOrDefault(meta.Address);
            view.Members.Add(Member(
                Roles.Meta,
                meta,
                state?.IsAlive ?? rows?[meta.Address].FirstOrDefault()?.Alive ?? false,
                raft is null ? "getdata" : "getdata, raft-stat",
                leader: state?.IsLeader ?? false));
        }

        foreach (var store in catalogue.Stores)
        {
            var row = rows?[store.Address].FirstOrDefault();
            view.Members.Add(Member(
                Roles.Store, store, store.Status == 1 && row?.Alive != false, row is null ? "getdata" : "getdata, SHOW CLUSTER", leader: false));
        }

        foreach (var sql in catalogue.Sqls)
        {
            view.Members.Add(Member(Roles.Sql, sql, sql.Status == 1, "getdata", leader: false));
        }

        AddPartitions(view, catalogue);
        view.Objects.AddRange(catalogue.Databases);
        view.Unsettled.AddRange(catalogue.Unsettled.Concat(show?.Migrations ?? []).Distinct(StringComparer.Ordinal));
        view.Fingerprint = Fingerprint(view);
        return view;
    }

    private static ClusterMember Member(string role, CatalogueNode node, bool alive, string source, bool leader) => new()
    {
        Role = role,
        Address = node.Address,
        Id = node.Id.ToString(CultureInfo.InvariantCulture),
        Alive = alive,
        Leader = leader,
        Source = source,
    };

    private static void AddPartitions(ClusterView view, Catalogue catalogue)
    {
        var owners = catalogue.Stores.ToLookup(s => s.Id, s => s.Address);
        var groups = catalogue.Groups.SelectMany(g => g.Members.Select(m => (Key: (g.Database, m), Group: g))).ToLookup(g => g.Key, g => g.Group);
        foreach (var partition in catalogue.Partitions)
        {
            var group = groups[(partition.Database, partition.Id)].FirstOrDefault();
            var owner = owners[partition.NodeId].FirstOrDefault() ?? "";
            view.Partitions.Add(new PartitionPlacement
            {
                Object = partition.Database,
                PartitionId = partition.Id.ToString(CultureInfo.InvariantCulture),
                Role = Roles.Store,
                OwnerAddress = owner,
                ReplicaGroup = group?.Id.ToString(CultureInfo.InvariantCulture) ?? "",
                ReplicaLeader = group?.Master == partition.Id,
            });
            if (owner.Length == 0)
            {
                view.Unsettled.Add($"partition {partition.Id} of '{partition.Database}' belongs to node {partition.NodeId}, which the catalogue does not know");
            }
        }
    }

    // Members, leaders and placement; not the position of the catalogue's Raft log, which moves with the data.
    private static string Fingerprint(ClusterView view)
    {
        var lines = view.Members.Select(m => $"member {m.Role} {m.Address} {(m.Role == Roles.Sql ? "" : $"{m.Id} {m.Alive} {m.Leader}")}")
            .Concat(view.Partitions.Select(p => $"partition {p.Object} {p.PartitionId} {p.OwnerAddress} {p.ReplicaGroup} {p.ReplicaLeader}"))
            .Order(StringComparer.Ordinal)
            .Prepend($"cluster {view.DatabaseClusterId}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }
}
