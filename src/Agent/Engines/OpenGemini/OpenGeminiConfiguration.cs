namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>What Cairn takes from an openGemini configuration file. Addresses stand as they are written there.</summary>
internal sealed record OpenGeminiConfiguration
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>meta, store, sql: those that this file configures, in this order; the same whether it runs or not.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary><c>&lt;store-data-dir&gt;/data</c>; null without the role store.</summary>
    public string? DataRoot { get; init; }

    /// <summary><c>&lt;store-wal-dir&gt;/wal</c>; null without the role store.</summary>
    public string? WalRoot { get; init; }

    /// <summary><c>[meta] dir</c>; null without the role meta.</summary>
    public string? MetaRoot { get; init; }

    /// <summary><c>[meta] bind-address</c>: the name of this meta in the Raft group.</summary>
    public string? MetaRaftAddress { get; init; }

    /// <summary><c>[meta] http-bind-address</c>: how the database names this meta.</summary>
    public string? MetaHttpAddress { get; init; }

    /// <summary><c>[meta] rpc-bind-address</c>.</summary>
    public string? MetaRpcAddress { get; init; }

    /// <summary><c>[common] meta-join</c>, sorted.</summary>
    public required IReadOnlyList<string> MetaJoin { get; init; }

    /// <summary><c>[data] store-ingest-addr</c>: how the database names this store.</summary>
    public string? IngestAddress { get; init; }

    /// <summary><c>[data] store-select-addr</c>.</summary>
    public string? SelectAddress { get; init; }

    /// <summary><c>[http] bind-address</c>, split at commas.</summary>
    public required IReadOnlyList<string> HttpAddresses { get; init; }

    /// <summary><c>[http] flight-address</c> when flight is enabled.</summary>
    public string? FlightAddress { get; init; }

    /// <summary><c>[common] ha-policy</c>.</summary>
    public required string HaPolicy { get; init; }

    /// <summary><c>[meta] ptnum-pernode</c>; 1 when it is not set.</summary>
    public required long PartitionsPerNode { get; init; }

    /// <summary>Authentication or TLS is on for an endpoint that Cairn would use.</summary>
    public required bool Protected { get; init; }

    /// <summary><c>[data.wal] wal-enabled</c> (also found as <c>[wal]</c>).</summary>
    public required bool WalEnabled { get; init; }

    /// <summary><c>entry-file-rw-type = 1</c>: Raft entries are written through a memory mapping.</summary>
    public required bool RaftEntriesMapped { get; init; }

    /// <summary>Whether the instance has a role.</summary>
    public bool Has(string role) => Roles.Contains(role);

    /// <summary>The directories of the instance by root name, in the order in which a restore puts them in place.</summary>
    public IReadOnlyList<(string Name, string Path)> Roots
    {
        get
        {
            var roots = new List<(string, string)>();
            if (DataRoot is not null && WalRoot is not null)
            {
                roots.Add((RootNames.Wal, WalRoot));
                roots.Add((RootNames.Data, DataRoot));
            }

            if (MetaRoot is not null)
            {
                roots.Add((RootNames.Meta, MetaRoot));
            }

            return roots;
        }
    }

    /// <summary>The addresses by which the database names the instance, by role.</summary>
    public IReadOnlyList<(string Role, string Address)> NamedAddresses
    {
        get
        {
            var addresses = new List<(string, string)>();
            if (MetaHttpAddress is not null)
            {
                addresses.Add((OpenGemini.Roles.Meta, MetaHttpAddress));
            }

            if (IngestAddress is not null)
            {
                addresses.Add((OpenGemini.Roles.Store, IngestAddress));
            }

            addresses.AddRange(HttpAddresses.Select(address => (OpenGemini.Roles.Sql, address)));
            return addresses;
        }
    }

    /// <summary>Every address that a process of this instance listens on, by role and configuration key.</summary>
    public IReadOnlyList<(string Role, string Key, string Address)> ListenAddresses
    {
        get
        {
            var all = new List<(string, string, string?)>
            {
                (OpenGemini.Roles.Meta, "[meta] bind-address", MetaRaftAddress),
                (OpenGemini.Roles.Meta, "[meta] http-bind-address", MetaHttpAddress),
                (OpenGemini.Roles.Meta, "[meta] rpc-bind-address", MetaRpcAddress),
                (OpenGemini.Roles.Store, "[data] store-ingest-addr", IngestAddress),
                (OpenGemini.Roles.Store, "[data] store-select-addr", SelectAddress),
            };
            all.AddRange(HttpAddresses.Select(address => (OpenGemini.Roles.Sql, "[http] bind-address", (string?)address)));
            all.Add((OpenGemini.Roles.Sql, "[http] flight-address", FlightAddress));
            return [.. all.Where(a => a.Item3 is not null).Select(a => (a.Item1, a.Item2, a.Item3!))];
        }
    }
}
