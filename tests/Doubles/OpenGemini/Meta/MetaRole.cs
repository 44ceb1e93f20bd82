using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Http;

namespace OpenGeminiDouble.Meta;

/// <summary>ts-meta: the catalogue, its Raft group and its HTTP port.</summary>
internal sealed class MetaRole(EngineConfig config, Controls controls) : IRole
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(300);
    private readonly MetaDirectory directory = new(config.MetaDirectory);
    private readonly Leadership leadership = new(config);
    private readonly List<TcpListener> held = [];
    private readonly Lock gate = new();

    // Guarded by gate, all of them.
    private RaftDb? raft;
    private Catalogue? catalogue;
    private long ballot;
    private bool leading;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        directory.Make();
        if (directory.IsPoisoned)
        {
            await DieAsync();
        }

        raft = await RaftDb.OpenAsync(directory.RaftDbPath, cancellationToken);
        catalogue = directory.Newest()?.Catalogue;
        held.Add(Ports.Hold(config.MetaBind));
        if (config.GossipEnabled)
        {
            held.Add(Ports.Hold($"{config.GossipAddress}:{config.GossipPorts["meta"]}"));
        }

        new HttpServer(config.MetaHttp, controls, AnswerAsync).Start(cancellationToken);
        if (config.MetaRpc != config.MetaHttp)
        {
            new HttpServer(config.MetaRpc, controls, AnswerAsync).Start(cancellationToken);
        }

        _ = LiveAsync(cancellationToken);
    }

    public Task StopAsync()
    {
        lock (gate)
        {
            raft?.Dispose();
            raft = null;
        }

        held.ForEach(listener => listener.Stop());
        return Task.CompletedTask;
    }

    private async Task LiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var beat = 0; ; beat++)
            {
                await FollowAsync(cancellationToken);
                if (beat % 3 == 0)
                {
                    lock (gate)
                    {
                        raft?.Touch();
                    }
                }

                await Task.Delay(Beat, TimeProvider.System, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var votes = await leadership.VotesAsync(cancellationToken);
        var winner = leadership.Winner(votes);
        if (winner?.Rpc == config.MetaRpc)
        {
            lock (gate)
            {
                if (!leading)
                {
                    leading = true;
                    ballot = votes.Max(vote => vote.Ballot) + 1;
                }

                if (catalogue is null)
                {
                    Publish(Catalogue.Fresh(config));
                }
            }

            return;
        }

        bool behind;
        lock (gate)
        {
            leading = false;
            behind = winner is { Filled: true } && (catalogue is null || catalogue.Index < winner.Index);
        }

        if (behind && await Peer.AskAsync(
            winner!.Rpc, "GET", "/double/catalogue", "", TimeSpan.FromSeconds(2), cancellationToken) is { Status: 200 } answer)
        {
            // In memory only: a follower of the recorded clusters has the log, and no snapshot of it, on disk.
            lock (gate)
            {
                catalogue = Catalogue.Parse(answer.Body);
            }
        }
    }

    private async Task<HttpReply> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        switch (request.Method, request.Path)
        {
            case ("GET", "/debug"):
                return HttpReply.Json(await RaftStatAsync(request, cancellationToken));
            case ("GET", "/getdata"):
                return await GetDataAsync(request.Arg("parts"), cancellationToken);
            case ("POST", "/backupMeta"):
                return await BackupAsync(request.Arg("backupPath"), cancellationToken);
            case ("POST", "/recoverMeta"):
                return await RecoverAsync(request.Arg("dbs"), request.Arg("metaData"), cancellationToken);
            case ("POST", "/double/poison"):
                directory.Poison();
                await DieAsync();
                return HttpReply.Empty();
            case ("POST", "/userSnapshot"):
                return HttpReply.Json($"{{\"OK\":true,\"Index\":{Snapshot()}}}") with { ContentType = "application/octet-stream" };
            case ("POST", "/leadershiptransfer"):
                return await TransferAsync(cancellationToken);
            case ("GET", "/double/vote"):
                lock (gate)
                {
                    return HttpReply.Json(new Vote(config.MetaRpc, catalogue is not null, catalogue?.Index ?? 0, ballot).ToJson());
                }

            case ("GET", "/double/catalogue"):
                lock (gate)
                {
                    return catalogue is null ? HttpReply.Empty(404) : HttpReply.Json(catalogue.ToJson());
                }

            case ("POST", "/double/lead"):
                lock (gate)
                {
                    ballot = long.Parse(request.Arg("ballot"), CultureInfo.InvariantCulture);
                }

                return HttpReply.Empty();
            case ("POST", "/double/apply"):
                lock (gate)
                {
                    Publish(Catalogue.Parse(request.BodyText));
                }

                return HttpReply.Empty();
            case ("POST", "/double/create"):
                return await ChangeAsync(
                    all => all.Create(request.Arg("db"), int.Parse(request.Arg("replicas"), CultureInfo.InvariantCulture)),
                    cancellationToken);
            case ("POST", "/double/drop"):
                return await ChangeAsync(all => all.Drop(request.Arg("db")), cancellationToken);
            case ("POST", "/double/shards"):
                return await ChangeAsync(
                    all => all.EnsureShards(
                        request.Arg("db"), long.Parse(request.Arg("time"), CultureInfo.InvariantCulture), request.Arg("mst").Split(',')),
                    cancellationToken);
            default:
                // Any path at all, and no body: never a proof that something is there.
                return HttpReply.Empty();
        }
    }

    private async Task<HttpReply> GetDataAsync(string parts, CancellationToken cancellationToken)
    {
        Catalogue copy;
        lock (gate)
        {
            if (catalogue is null)
            {
                return HttpReply.Json("{}");
            }

            copy = Catalogue.Parse(catalogue.ToJson());
        }

        var stores = copy.DataNodes;
        var alive = await Task.WhenAll(stores.Select(store => Peer.ListensAsync(store.Ingest, cancellationToken)));
        for (var at = 0; at < stores.Count; at++)
        {
            copy.SetStatus(stores[at].Ingest, alive[at]);
        }

        if (controls.Get("migrating") is { } database)
        {
            copy.SetMigration(database);
        }

        return HttpReply.Json(parts.Length > 0 ? copy.Parts(parts) : copy.ToJson()) with { Chunked = parts.Length == 0 };
    }

    private async Task<string> RaftStatAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var votes = await leadership.VotesAsync(cancellationToken);
        var winner = leadership.Winner(votes);
        var all = new JsonObject();
        foreach (var rpc in request.Headers.TryGetValue("all", out var yes) && yes == "y" ? config.MetaJoin : [config.MetaRpc])
        {
            var vote = votes.FirstOrDefault(vote => vote.Rpc == rpc);
            var http = config.MetaHttpOf(rpc);
            if (vote is null)
            {
                all[http] = new JsonObject { ["Error"] = "meta server lost contact" };
                continue;
            }

            var index = vote.Index.ToString(CultureInfo.InvariantCulture);
            var isLeader = winner?.Rpc == rpc;
            var raftPort = config.MetaBind[config.MetaBind.LastIndexOf(':')..];
            all[http] = new JsonObject
            {
                ["applied_index"] = index,
                ["commit_index"] = index,
                ["fsm_pending"] = "0",
                ["last_contact"] = isLeader ? "0" : "33.275627ms",
                ["last_log_index"] = index,
                ["last_log_term"] = "2",
                ["last_snapshot_index"] = "0",
                ["last_snapshot_term"] = "0",
                ["latest_configuration"] = "[" + string.Join(' ', config.MetaJoin.Select(EngineConfig.HostOf)
                    .Select(host => $"{{Suffrage:Voter ID:{host}{raftPort} Address:{host}{raftPort}}}")) + "]",
                ["latest_configuration_index"] = "0",
                ["num_peers"] = (config.MetaJoin.Count - 1).ToString(CultureInfo.InvariantCulture),
                ["protocol_version"] = "3",
                ["protocol_version_max"] = "3",
                ["protocol_version_min"] = "0",
                ["snapshot_version_max"] = "1",
                ["snapshot_version_min"] = "0",
                ["state"] = isLeader ? "Leader" : winner is null ? "Candidate" : "Follower",
                ["term"] = (vote.Ballot + 1).ToString(CultureInfo.InvariantCulture),
            };
        }

        return all.ToJsonString();
    }

    /// <summary>
    /// Answers 200 with nothing whatever happened; only the leader writes. Followers leave an empty directory.
    /// </summary>
    private async Task<HttpReply> BackupAsync(string backupPath, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(controls.Number("backup-meta-delay-ms", 0)), TimeProvider.System, cancellationToken);
        if (backupPath.Length == 0 || controls.Is("backup-meta", "nothing"))
        {
            return HttpReply.Empty();
        }

        var target = controls.Is("backup-meta-layout", "flat") ? backupPath : Path.Combine(backupPath, "meta_backup");
        try
        {
            Directory.CreateDirectory(target);
            if (await leadership.LeaderAsync(cancellationToken) != config.MetaRpc)
            {
                return HttpReply.Empty();
            }

            Snapshot();
            lock (gate)
            {
                Copy(target);
                WriteFile(
                    Path.Combine(backupPath, "backup_log", "result"),
                    Encoding.UTF8.GetBytes(new JsonObject
                    {
                        ["result"] = "", ["databases"] = new JsonObject(), ["time"] = 0, ["dataDir"] = "",
                        ["metaDir"] = config.MetaDirectory, ["walDir"] = "",
                    }.ToJsonString() + "\n"));
                if (controls.Get("backup-meta-copy") is { } kept)
                {
                    Copy(kept);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only the log knows: the answer stays an empty 200.
            await Console.Error.WriteLineAsync($"backup meta failed: {e.Message}");
        }

        if (controls.Is("backup-meta", "leader-moves"))
        {
            await TransferAsync(cancellationToken);
        }

        return HttpReply.Empty();
    }

    /// <summary>Under the gate.</summary>
    private void Copy(string target)
    {
        var garbage = controls.Is("backup-meta", "garbage");
        foreach (var file in directory.Files())
        {
            var bytes = file == "raft.db" ? raft!.Read() : File.ReadAllBytes(Path.Combine(config.MetaDirectory, file));
            if (garbage)
            {
                Array.Fill(bytes, (byte)'x');
            }

            WriteFile(Path.Combine(target, file), bytes);
        }

        WriteFile(Path.Combine(target, "meta_info.json"), Encoding.UTF8.GetBytes(garbage ? "not json" : catalogue!.ToJson()));
    }

    private static void WriteFile(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(bytes);
    }

    /// <summary>Forces a Raft snapshot without a change; the state stays byte for byte what it was.</summary>
    private long Snapshot()
    {
        lock (gate)
        {
            catalogue!.Index++;
            directory.Take(catalogue.Index, directory.Newest() is null ? MetaDirectory.Encode(catalogue) : null, RaftAddresses());
            raft?.Touch();
            return catalogue.Index;
        }
    }

    private async Task<HttpReply> TransferAsync(CancellationToken cancellationToken)
    {
        var votes = await leadership.VotesAsync(cancellationToken);
        var winner = leadership.Winner(votes);
        if (winner?.Rpc != config.MetaRpc)
        {
            if (winner is null)
            {
                return HttpReply.Text("no raft leader\n", 503);
            }

            var moved = HttpReply.Empty(307);
            moved.Headers.Add(("Location", $"http://{config.MetaHttpOf(winner.Rpc)}/leadershiptransfer"));
            return moved;
        }

        var next = votes.Where(vote => vote.Rpc != config.MetaRpc && vote.Index == winner.Index)
            .OrderBy(vote => vote.Rpc, StringComparer.Ordinal).FirstOrDefault();
        if (next is null)
        {
            return HttpReply.Text("cannot find peer\n", 500);
        }

        await Peer.AskAsync(
            next.Rpc, "POST", $"/double/lead?ballot={winner.Ballot + 1}", "", TimeSpan.FromSeconds(1), cancellationToken);
        lock (gate)
        {
            leading = false;
        }

        return HttpReply.Text($"{{\"OK\":true,\"Index\":{winner.Index}}}\n");
    }

    /// <summary>
    /// Takes databases out of another catalogue as it was observed to: stores are found by their hosts' text, counters stay, a store that is not found
    /// owns nothing and the answer is 400 although all is changed, and without any database the order kills every meta, again at each start.
    /// </summary>
    private async Task<HttpReply> RecoverAsync(string databases, string metaData, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(controls.Number("recover-meta-delay-ms", 0)), TimeProvider.System, cancellationToken);
        var votes = await leadership.VotesAsync(cancellationToken);
        if (leadership.Winner(votes) is not { } winner || winner.Rpc != config.MetaRpc)
        {
            return HttpReply.Text("node is not the leader\n", 400);
        }

        if (controls.Is("recover-meta", "refuse"))
        {
            return HttpReply.Text("refused\n", 400);
        }

        if (controls.Is("recover-meta", "nothing"))
        {
            return HttpReply.Empty();
        }

        Catalogue given;
        try
        {
            given = Catalogue.Parse(metaData);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return HttpReply.Text("invalid meta data\n", 400);
        }

        bool poisons;
        lock (gate)
        {
            poisons = catalogue is null || catalogue.Databases.Count == 0;
        }

        if (poisons)
        {
            foreach (var other in config.MetaJoin.Where(rpc => rpc != config.MetaRpc))
            {
                await Peer.AskAsync(other, "POST", "/double/poison", "", TimeSpan.FromSeconds(1), cancellationToken);
            }

            directory.Poison();
            await DieAsync();
        }

        var wanted = databases.Length == 0 ? given.Databases : databases.Split(',');
        var found = true;
        await ChangeAsync(
            all =>
            {
                found = all.Recover(given, wanted, breakOwners: controls.Is("recover-meta", "half"));
                return true;
            },
            cancellationToken);
        Catalogue now;
        lock (gate)
        {
            now = Catalogue.Parse(catalogue!.ToJson());
        }

        foreach (var partition in wanted.Where(_ => found).SelectMany(name => now.Partitions(name).Select(pt => (Database: name, Partition: pt))))
        {
            await Peer.AskAsync(
                partition.Partition.Owner.Ingest,
                "POST",
                string.Create(CultureInfo.InvariantCulture, $"/double/open?db={partition.Database}&pt={partition.Partition.Id}"),
                "",
                TimeSpan.FromSeconds(10),
                cancellationToken);
        }

        return !found ? HttpReply.Text("node not found\n", 400)
            : controls.Is("recover-meta", "garbled") ? HttpReply.Text("internal error\n", 500)
            : HttpReply.Empty();
    }

    private static async Task DieAsync()
    {
        await Console.Error.WriteLineAsync("panic: assignment to entry in nil map");
        Environment.Exit(2);
    }

    private async Task<HttpReply> ChangeAsync(Func<Catalogue, bool> change, CancellationToken cancellationToken)
    {
        string json;
        lock (gate)
        {
            if (!leading || catalogue is null)
            {
                return HttpReply.Empty(503);
            }

            var next = Catalogue.Parse(catalogue.ToJson());
            if (!change(next))
            {
                return HttpReply.Empty();
            }

            next.Index++;
            Publish(next);
            json = next.ToJson();
        }

        await Task.WhenAll(config.MetaJoin.Where(rpc => rpc != config.MetaRpc).Select(
            rpc => Peer.AskAsync(rpc, "POST", "/double/apply", json, TimeSpan.FromSeconds(2), cancellationToken)));
        return HttpReply.Empty();
    }

    /// <summary>Under the gate: takes the catalogue over, durably.</summary>
    private void Publish(Catalogue next)
    {
        if (catalogue is not null && next.Index <= catalogue.Index)
        {
            return;
        }

        catalogue = next;
        directory.Take(next.Index, MetaDirectory.Encode(next), RaftAddresses());
        raft?.Touch();
    }

    private List<string> RaftAddresses() =>
        [.. config.MetaJoin.Select(rpc => EngineConfig.HostOf(rpc) + config.MetaBind[config.MetaBind.LastIndexOf(':')..])];
}
