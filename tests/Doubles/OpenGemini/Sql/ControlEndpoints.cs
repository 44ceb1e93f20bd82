using System.Text;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Http;
using OpenGeminiDouble.Meta;

namespace OpenGeminiDouble.Sql;

/// <summary><c>/debug/ctrl</c> and <c>/backup/*</c>: bodies that are labelled JSON and are not.</summary>
internal sealed class ControlEndpoints(Cluster cluster, EngineConfig config)
{
    private const string Type = "application/json; charset=utf-8";
    private volatile bool readOnly;

    /// <summary>In memory only, and only on this ts-sql.</summary>
    public bool ReadOnly => readOnly;

    public async Task<HttpReply> AnswerAsync(string mod, HttpRequest request, CancellationToken cancellationToken)
    {
        switch (mod)
        {
            case "readonly":
                readOnly = request.Arg("switchon") == "true";
                return Body("success");
            case "flush":
                return await StoresAsync("/double/flush", cancellationToken);
            case "compen":
            case "merge":
                return await StoresAsync(target: null, cancellationToken);
            case "backup":
                return await BackupAsync(request, cancellationToken);
            case "backup_status":
                return await StatusAsync(cancellationToken);
            case "abort_backup":
                foreach (var (store, _) in (await AliveAsync(cancellationToken)).Where(pair => pair.Alive))
                {
                    await Cluster.AskAsync(store, "/double/backup-abort", "", cancellationToken);
                }

                return new HttpReply(200, Type, Encoding.UTF8.GetBytes("null\n"));
            default:
                return HttpReply.Json("{\"error\":\"invalid mod\"}\n", 400);
        }
    }

    private async Task<HttpReply> StoresAsync(string? target, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var (store, alive) in await AliveAsync(cancellationToken))
        {
            var done = alive && (target is null || await Cluster.AskAsync(store, target, "", cancellationToken) is { Status: 200 });
            lines.Add(done ? $"{store.Ingest}: success," : Failed(store));
        }

        return Body([.. lines]);
    }

    /// <summary>
    /// Says success for every store that listens, as the real one does whatever comes of it. With isNode only the host whose IP is this ts-sql's is
    /// told; the metas' part is not made, nobody here reads it.
    /// </summary>
    private async Task<HttpReply> BackupAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var (store, alive) in (await AliveAsync(cancellationToken)).Where(pair => IsMeant(request, pair.Store.Ingest)))
        {
            if (alive && request.Arg("backupPath").StartsWith('/'))
            {
                await Cluster.AskAsync(store, "/double/backup?path=" + Uri.EscapeDataString(request.Arg("backupPath")), "", cancellationToken);
            }

            lines.Add(alive ? $"{store.Ingest}: success," : Failed(store));
        }

        foreach (var (id, host) in (await cluster.CatalogueAsync(mayBeOld: true, cancellationToken))?.MetaNodes ?? [])
        {
            var rpc = host[..host.LastIndexOf(':')] + ":8092";
            if (IsMeant(request, rpc))
            {
                lines.Add(await Peer.ListensAsync(host, cancellationToken)
                    ? $"{rpc}: success,"
                    : $"{rpc}: failed,no connections available, node: {id}, {rpc},");
            }
        }

        return Body([.. lines]);
    }

    private bool IsMeant(HttpRequest request, string address) =>
        request.Arg("isNode") != "true" || EngineConfig.HostOf(address) == EngineConfig.HostOf(config.Http[0]);

    private async Task<HttpReply> StatusAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var (store, alive) in await AliveAsync(cancellationToken))
        {
            var said = alive ? await Cluster.AskAsync(store, "/double/backup-status", "", cancellationToken) : null;
            lines.Add(said is { Status: 200, Body: var word } ? $"{store.Ingest}: {{\"status\":\"{word.Trim()}\"}}" : Failed(store));
        }

        return Body([.. lines]);
    }

    private async Task<IReadOnlyList<(DataNode Store, bool Alive)>> AliveAsync(CancellationToken cancellationToken) =>
        await cluster.CatalogueAsync(mayBeOld: true, cancellationToken) is { } catalogue
            ? await Cluster.StoresAsync(catalogue, cancellationToken)
            : [];

    private static string Failed(DataNode store) => $"{store.Ingest}: failed,no connections available, node: {store.Id}, {store.Select},";

    private static HttpReply Body(params string[] lines) => new(
        200, Type, Encoding.UTF8.GetBytes("{\n\t" + string.Concat(lines.Select(line => $"\n\t{line}")) + "\n}\n"));
}
