namespace OpenGeminiDouble.Configuration;

/// <summary>What the double needs of an openGemini configuration file.</summary>
internal sealed record EngineConfig
{
    public required string MetaDirectory { get; init; }

    public required string MetaBind { get; init; }

    public required string MetaHttp { get; init; }

    public required string MetaRpc { get; init; }

    public required IReadOnlyList<string> MetaJoin { get; init; }

    public required IReadOnlyList<string> Http { get; init; }

    public required string Ingest { get; init; }

    public required string Select { get; init; }

    /// <summary>The data directory itself: <c>data</c> below the configured parent.</summary>
    public required string Data { get; init; }

    /// <summary>The log directory itself: <c>wal</c> below the configured parent.</summary>
    public required string Wal { get; init; }

    public required bool Replicated { get; init; }

    public required bool GossipEnabled { get; init; }

    public required string GossipAddress { get; init; }

    public required IReadOnlyDictionary<string, int> GossipPorts { get; init; }

    /// <summary>The host part of the meta's addresses: this node's address.</summary>
    public string Host => HostOf(MetaHttp);

    public static string HostOf(string address) => address[..address.LastIndexOf(':')];

    /// <summary>The HTTP address of the meta whose RPC address is <paramref name="rpcAddress"/>.</summary>
    public string MetaHttpOf(string rpcAddress) => HostOf(rpcAddress) + MetaHttp[MetaHttp.LastIndexOf(':')..];

    public static EngineConfig Read(string path)
    {
        var toml = TomlFile.Read(path);
        var metaHttp = toml.Text("meta", "http-bind-address", "127.0.0.1:8091");
        return new EngineConfig
        {
            MetaDirectory = toml.Text("meta", "dir", "/tmp/openGemini/meta"),
            MetaBind = toml.Text("meta", "bind-address", "127.0.0.1:8088"),
            MetaHttp = metaHttp,
            MetaRpc = toml.Text("meta", "rpc-bind-address", "127.0.0.1:8092"),
            MetaJoin = toml.List("common", "meta-join"),
            Http = toml.Text("http", "bind-address", "127.0.0.1:8086")
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Ingest = toml.Text("data", "store-ingest-addr", "127.0.0.1:8400"),
            Select = toml.Text("data", "store-select-addr", "127.0.0.1:8401"),
            Data = Path.Combine(toml.Text("data", "store-data-dir", "/tmp/openGemini/data"), "data"),
            Wal = Path.Combine(toml.Text("data", "store-wal-dir", "/tmp/openGemini/data"), "wal"),
            Replicated = toml.Text("common", "ha-policy", "write-available-first") == "replication",
            GossipEnabled = toml.Text("gossip", "enabled", "true") == "true",
            GossipAddress = toml.Text("gossip", "bind-address", HostOf(metaHttp)),
            GossipPorts = new Dictionary<string, int>
            {
                ["meta"] = toml.Number("gossip", "meta-bind-port", 8010),
                ["store"] = toml.Number("gossip", "store-bind-port", 8011),
                ["sql"] = toml.Number("gossip", "sql-bind-port", 8012),
            },
        };
    }
}
