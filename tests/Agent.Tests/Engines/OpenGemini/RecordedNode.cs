using System.Globalization;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

/// <summary>
/// Node 1 of a fixture: real files in a directory of its own, and recorded answers of its ts-meta and ts-sql on free ports, which
/// stand in its configuration file and in the answers. Tests change single answers to what they are about.
/// </summary>
internal sealed class RecordedNode : IDisposable
{
    private const string Host = "127.0.0.1";
    private readonly ScratchDirectory scratch = new();
    private readonly RecordedServer meta;
    private readonly RecordedServer sql;

    public RecordedNode(string kind)
    {
        Kind = kind;
        Fixtures.Unpack(kind + "-golden", scratch.Path);
        meta = new RecordedServer((_, method, url) => MetaAnswer(method, url) ?? AnswerMeta(method, url));
        sql = new RecordedServer((_, method, url) => SqlAnswer(method, url) ?? AnswerSql(method, url));
        var (ingest, select, raft, rpc) = (Port(), Port(), Port(), Port());
        StoreAddress = ingest;
        Config = Fixtures.Configuration(kind + "-1", scratch.Path);
        var text = File.ReadAllText(Config)
            .Replace($"{Host}:8091", meta.Address, StringComparison.Ordinal)
            .Replace($"{Host}:8086", sql.Address, StringComparison.Ordinal)
            .Replace($"{Host}:8400", ingest, StringComparison.Ordinal)
            .Replace($"{Host}:8401", select, StringComparison.Ordinal)
            .Replace($"{Host}:8088", raft, StringComparison.Ordinal)
            .Replace($"{Host}:8092", rpc, StringComparison.Ordinal);
        scratch.Write(kind + "-1.conf", text);
        Engine = new OpenGeminiEngine(Limits, TimeProvider.System);
        Instance = Engine.Open(new InstanceOptions { Name = "og", Engine = "opengemini", Config = Config });
        Workspace = MakeWorkspace();
    }

    public static EngineLimits Limits { get; } = new() { Settle = TimeSpan.FromMilliseconds(50), Order = TimeSpan.FromSeconds(20), Adoption = TimeSpan.FromSeconds(1) };

    public string Kind { get; }

    public string Config { get; }

    public OpenGeminiEngine Engine { get; }

    public IEngineInstance Instance { get; }

    public CaptureWorkspace Workspace { get; }

    public string MetaAddress => meta.Address;

    public string SqlAddress => sql.Address;

    public string StoreAddress { get; }

    public string Root => scratch.Path;

    public string Data => $"{scratch.Path}/{Kind}/node1/data/data";

    public string Wal => $"{scratch.Path}/{Kind}/node1/wal/wal";

    public string Meta => $"{scratch.Path}/{Kind}/node1/meta";

    /// <summary>What was asked of the ts-meta.</summary>
    public IReadOnlyList<string> AskedMeta => [.. meta.Asked];

    /// <summary>What was asked of the ts-sql.</summary>
    public IReadOnlyList<string> AskedSql => [.. sql.Asked];

    /// <summary>Replaces answers of the ts-meta; null: the recorded one.</summary>
    public Func<string, string, Recorded?> MetaAnswer { get; set; } = (_, _) => null;

    /// <summary>Replaces answers of the ts-sql; null: the recorded one.</summary>
    public Func<string, string, Recorded?> SqlAnswer { get; set; } = (_, _) => null;

    /// <summary>Recorded text with this node's addresses.</summary>
    public string WithAddresses(string text) => text
        .Replace($"{Host}:8091", MetaAddress, StringComparison.Ordinal)
        .Replace($"{Host}:8086", SqlAddress, StringComparison.Ordinal)
        .Replace($"{Host}:8400", StoreAddress, StringComparison.Ordinal);

    public string GetData => WithAddresses(Fixtures.TextOf($"expected/{Kind}-getdata.json"));

    /// <summary>raft-stat of three metas, this one in the given state.</summary>
    public string RaftStat(string state)
    {
        var others = state == "Leader" ? "Follower" : "Leader";
        return $$$"""{"{{{MetaAddress}}}":{"state":"{{{state}}}","term":"2"},"127.0.0.2:8091":{"state":"{{{others}}}","term":"2"},"127.0.0.3:8091":{"state":"Follower","term":"2"}}""";
    }

    /// <summary>SHOW CLUSTER, the third store in the given state.</summary>
    public string ShowCluster(string thirdStore, string migrations = "") => WithAddresses($$"""
        {"results":[{"statement_id":0,"series":[{"columns":["time","status","hostname","nodeID","nodeType","availability"],"values":[
        [1795213262399831651,"alive","127.0.0.1:8091",1,"meta","unavailable"],[1795213262399831651,"alive","127.0.0.3:8091",2,"meta","unavailable"],
        [1795213262399831651,"alive","127.0.0.2:8091",3,"meta","unavailable"],[1795213262399831651,"alive","127.0.0.1:8400",4,"data","available"],
        [1795213262399831651,"alive","127.0.0.2:8400",5,"data","available"],[1795213262399831651,"{{thirdStore}}","127.0.0.3:8400",6,"data","available"]]},
        {"columns":["opId","eventType","db","ptId","srcNodeId","dstNodeId","currState","preState"]{{migrations}}}]}]}
        """);

    /// <summary>Runs a capture step.</summary>
    public Task<CapturedStep> CaptureAsync(
        string step,
        bool cold = false,
        bool exact = false,
        int attempt = 1,
        IReadOnlyList<string>? objects = null,
        CancellationToken cancellationToken = default) => Instance.CaptureAsync(
        new CaptureStepRequest(step, attempt, Workspace, cold, exact, "", EngineParameters.None, "job", objects ?? []),
        new Progress<V1.Progress>(),
        cancellationToken);

    public void Dispose()
    {
        meta.Dispose();
        sql.Dispose();
        Engine.Dispose();
        scratch.Dispose();
    }

    /// <summary>Does what a leading ts-meta does for backupMeta: META and meta_info.json go below the path.</summary>
    public void WriteMetaBackup(string url, string below = "")
    {
        var target = url[(url.IndexOf('=', StringComparison.Ordinal) + 1)..] + below;
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(Meta, "*", SearchOption.AllDirectories))
        {
            var copy = target + file[Meta.Length..];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        using var info = new StreamWriter(target + "/meta_info.json");
        info.Write(GetData);
    }

    private Recorded AnswerMeta(string method, string url)
    {
        if (method == "POST" && url.StartsWith("/backupMeta?backupPath=", StringComparison.Ordinal))
        {
            WriteMetaBackup(url);
        }

        return url.StartsWith("/debug?witch=raft-stat", StringComparison.Ordinal) ? new Recorded(RaftStat("Leader"))
            : url.StartsWith("/getdata", StringComparison.Ordinal) ? new Recorded(GetData)
            : new Recorded("");
    }

    private Recorded AnswerSql(string method, string url) => url switch
    {
        "/ping" => new Recorded("", 204, "v1.5.2"),
        "/query?q=SHOW CLUSTER" => new Recorded(ShowCluster("alive"), Version: "v1.5.2"),
        _ when method == "POST" && url.StartsWith("/debug/ctrl?mod=flush", StringComparison.Ordinal) =>
            new Recorded("{\n\t\n\t127.0.0.1:8400: success,\n\t127.0.0.2:8400: success,\n}\n"),
        _ when method == "POST" && url.StartsWith("/debug/ctrl?mod=readonly", StringComparison.Ordinal) => new Recorded("{\n\t\n\tsuccess\n}\n"),
        _ => new Recorded("""{"error":"404"}""", 404),
    };

    private CaptureWorkspace MakeWorkspace()
    {
        var roots = new Dictionary<string, string>();
        foreach (var (name, path) in new[] { ("data", Data), ("wal", Wal), ("meta", Meta) })
        {
            roots[name] = $"{Path.GetDirectoryName(path)}/.cairn/capture/job/og/{name}";
            Directory.CreateDirectory(roots[name]);
        }

        return new CaptureWorkspace(roots, Directory.CreateDirectory(scratch.At("notes")).FullName);
    }

    private static string Port() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{RecordedServer.FreePort()}");
}
