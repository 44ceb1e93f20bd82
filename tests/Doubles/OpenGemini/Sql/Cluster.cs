using System.Collections.Concurrent;
using System.Globalization;
using OpenGeminiDouble.Http;
using OpenGeminiDouble.Meta;

namespace OpenGeminiDouble.Sql;

/// <summary>The stores and metas as a ts-sql reaches them.</summary>
internal sealed class Cluster(Leadership leadership)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<string, (Partition Master, long At)> masters = new(StringComparer.Ordinal);
    private (Catalogue Catalogue, long At)? known;

    public async Task<Catalogue?> CatalogueAsync(bool mayBeOld, CancellationToken cancellationToken)
    {
        if (mayBeOld && known is { } cached && TimeProvider.System.GetElapsedTime(cached.At) < Fresh)
        {
            return cached.Catalogue;
        }

        var catalogue = await leadership.CatalogueAsync(cancellationToken);
        known = catalogue is null ? null : (catalogue, TimeProvider.System.GetTimestamp());
        return catalogue;
    }

    public async Task<bool> ChangeAsync(string target, CancellationToken cancellationToken)
    {
        known = null;
        return await leadership.AskLeaderAsync("POST", target, "", cancellationToken) is { Status: 200 };
    }

    public static Task<(int Status, string Body)?> AskAsync(
        DataNode store, string target, string body, CancellationToken cancellationToken) =>
        Peer.AskAsync(store.Ingest, "POST", target, body, TimeSpan.FromSeconds(10), cancellationToken);

    /// <summary>The hosts with whether they accept connections.</summary>
    public static async Task<IReadOnlyList<(DataNode Store, bool Alive)>> StoresAsync(
        Catalogue catalogue, CancellationToken cancellationToken)
    {
        var stores = catalogue.DataNodes;
        var alive = await Task.WhenAll(stores.Select(store => Peer.ListensAsync(store.Ingest, cancellationToken)));
        return [.. stores.Zip(alive)];
    }

    /// <summary>
    /// The partition that speaks for a replica group: the living copy with the longest log, the catalogue's master before
    /// others of the same length. It is told to lead when it was not asked last. Without a majority there is nobody to write
    /// to, and whoever lives is read.
    /// </summary>
    public async Task<Partition?> MasterAsync(
        Catalogue catalogue, string database, bool toWrite, CancellationToken cancellationToken)
    {
        if (masters.TryGetValue(database, out var last) && TimeProvider.System.GetElapsedTime(last.At) < Fresh)
        {
            return last.Master;
        }

        var copies = Copies(catalogue, database);
        var states = await Task.WhenAll(copies.Select(copy => AskAsync(
            copy.Owner, $"/double/raft/state?db={database}&pt={copy.Id}", "", cancellationToken)));
        var alive = copies.Zip(states).Where(pair => pair.Second is { Status: 200 })
            .Select(pair => (Copy: pair.First, Last: long.Parse(pair.Second!.Value.Body.Split(' ')[0], CultureInfo.InvariantCulture)))
            .ToList();
        if (alive.Count * 2 <= copies.Count)
        {
            return toWrite || alive.Count == 0 ? null : alive.MaxBy(copy => copy.Last).Copy;
        }

        var longest = alive.MaxBy(copy => copy.Last);
        var master = last.Master is not null && alive.Any(copy => copy.Copy.Id == last.Master.Id && copy.Last == longest.Last)
            ? last.Master
            : longest.Copy;
        if (last.Master?.Id != master.Id && await AskAsync(
            master.Owner, $"/double/raft/lead?db={database}&pt={master.Id}&peers={Peers(catalogue, database, master)}", "", cancellationToken)
            is not { Status: 200 })
        {
            return null;
        }

        masters[database] = (master, TimeProvider.System.GetTimestamp());
        return master;
    }

    public void ForgetMaster(string database) => masters.TryRemove(database, out _);

    /// <summary>The other copies, as the Raft endpoints take them.</summary>
    public static string Peers(Catalogue catalogue, string database, Partition master) => string.Join(
        ',', Copies(catalogue, database).Where(copy => copy.Id != master.Id).Select(copy => $"{copy.Owner.Ingest}/{copy.Id}"));

    private static List<Partition> Copies(Catalogue catalogue, string database)
    {
        var partitions = catalogue.Partitions(database).ToDictionary(partition => partition.Id);
        return [.. catalogue.ReplicaGroup(database).Select(id => partitions[id])];
    }
}
