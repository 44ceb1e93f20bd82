using Cairn.Agent.Engines.OpenGemini.Toml;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>
/// Makes an <see cref="OpenGeminiConfiguration"/> of a configuration file and collects everything that is wrong with it.
/// A role is there when its section is: <c>[meta]</c> counts only when <c>meta-join</c> names its RPC address (hosts without a
/// ts-meta often carry the section), <c>[data]</c> with its directories is a store, <c>[http]</c> with an address is a ts-sql.
/// </summary>
internal sealed class ConfigurationReader
{
    private const string DefaultPolicy = "write-available-first";
    private static readonly string[] ProtectingKeys =
        ["http.auth-enabled", "http.https-enabled", "meta.auth-enabled", "meta.https-enabled", "tls.enable"];

    private readonly List<string> problems = [];
    private readonly string path;
    private readonly TomlDocument toml;

    private ConfigurationReader(string path, TomlDocument toml)
    {
        this.path = path;
        this.toml = toml;
    }

    /// <summary>Reads the file; null together with at least one problem when it cannot be used.</summary>
    public static (OpenGeminiConfiguration? Configuration, IReadOnlyList<string> Problems) Read(string path)
    {
        if (!System.IO.Path.IsPathFullyQualified(path))
        {
            return (null, [$"config '{path}' must be an absolute path of an openGemini configuration file"]);
        }

        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[(int)Math.Min(file.Length, TomlReader.MaxBytes + 1L)];
            var got = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var reader = new ConfigurationReader(path, TomlReader.Read(buffer.AsSpan(0, got)));
            var configuration = reader.Build();
            return reader.problems.Count == 0 ? (configuration, []) : (null, [.. reader.problems.Select(p => $"{path}: {p}")]);
        }
        catch (TomlException wrong)
        {
            return (null, [$"{path}: {wrong.Message}"]);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return (null, [$"config '{path}' cannot be read: {failed.Message}"]);
        }
    }

    private OpenGeminiConfiguration Build()
    {
        var policy = toml.Text("common.ha-policy", problems) ?? DefaultPolicy;
        CheckPolicy(policy);
        var join = toml.Texts("common.meta-join", problems);
        var isMeta = IsMeta(join);
        var isStore = toml.HasTable("data");
        var http = Http();
        var roles = new List<string>();
        AddWhen(roles, Roles.Meta, isMeta);
        AddWhen(roles, Roles.Store, isStore);
        AddWhen(roles, Roles.Sql, http.Length > 0);
        if (roles.Count == 0)
        {
            problems.Add("no role is configured: there is neither a [meta] that meta-join names, nor [data], nor [http]");
        }

        var configuration = new OpenGeminiConfiguration
        {
            Path = path,
            Roles = roles,
            MetaRoot = isMeta ? DirectoryOf("meta.dir") : null,
            DataRoot = isStore && DirectoryOf("data.store-data-dir") is { } data ? Join(data, "data") : null,
            WalRoot = isStore && DirectoryOf("data.store-wal-dir") is { } wal ? Join(wal, "wal") : null,
            MetaRaftAddress = isMeta ? Address("meta.bind-address") : null,
            MetaHttpAddress = isMeta ? Address("meta.http-bind-address") : null,
            MetaRpcAddress = isMeta ? Address("meta.rpc-bind-address") : null,
            MetaJoin = [.. join.Order(StringComparer.Ordinal)],
            IngestAddress = isStore ? Address("data.store-ingest-addr") : null,
            SelectAddress = isStore ? Address("data.store-select-addr") : null,
            HttpAddresses = http,
            FlightAddress = http.Length > 0 && toml.Flag("http.flight-enabled", otherwise: false, problems)
                ? Address("http.flight-address")
                : null,
            HaPolicy = policy,
            PartitionsPerNode = toml.Number("meta.ptnum-pernode", 1, problems),
            Protected = IsProtected(),
            WalEnabled = toml.Flag("data.wal.wal-enabled", otherwise: true, problems)
                && toml.Flag("wal.wal-enabled", otherwise: true, problems)
                && toml.Flag("data.wal-enabled", otherwise: true, problems),
            RaftEntriesMapped = toml.Values.Any(v =>
                v.Key.EndsWith("entry-file-rw-type", StringComparison.Ordinal) && v.Value.Value is 1L),
        };
        CheckNesting(configuration);
        return configuration;
    }

    private void CheckPolicy(string policy)
    {
        if (policy == "shared-storage")
        {
            problems.Add(
                "ha-policy is 'shared-storage': stores share their files there, so a backup of every node's own disk would not be "
                + "a backup of the cluster, and no run with it was ever observed; it is refused");
        }
        else if (policy is not (DefaultPolicy or "replication"))
        {
            problems.Add($"ha-policy '{policy}' is not known; '{DefaultPolicy}' and 'replication' are");
        }
    }

    private bool IsMeta(IReadOnlyList<string> join) => toml.HasTable("meta") && toml.Values.ContainsKey("meta.dir")
        && (join.Count == 0 || (toml.Text("meta.rpc-bind-address", problems) is { } rpc && join.Contains(rpc)));

    private bool IsProtected() => ProtectingKeys.Any(key => toml.Flag(key, otherwise: false, problems));

    private string[] Http()
    {
        if (toml.Text("http.bind-address", problems) is not { } list)
        {
            return [];
        }

        var addresses = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var address in addresses)
        {
            CheckAddress("http.bind-address", address);
        }

        return addresses;
    }

    private string? DirectoryOf(string key)
    {
        var directory = toml.Text(key, problems);
        if (string.IsNullOrEmpty(directory))
        {
            problems.Add($"'{key}' is missing; Cairn does not guess where data are, so write it down");
            return null;
        }

        if (!System.IO.Path.IsPathFullyQualified(directory) || System.IO.Path.GetFullPath(directory) == "/")
        {
            problems.Add($"'{key}' is '{directory}': it must be an absolute path below '/', because a relative one depends on where the server was started");
            return null;
        }

        return System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
    }

    private string? Address(string key)
    {
        var address = toml.Text(key, problems);
        if (address is null)
        {
            problems.Add($"'{key}' is missing; write it down, so that members can be told apart");
            return null;
        }

        CheckAddress(key, address);
        return address;
    }

    private void CheckAddress(string key, string address)
    {
        if (!HostAndPort.TryParse(address, out _, out _))
        {
            problems.Add($"'{key}' is '{address}', which is not HOST:PORT");
        }
    }

    // Roots inside one another could not be moved aside one by one.
    private void CheckNesting(OpenGeminiConfiguration configuration)
    {
        var roots = configuration.Roots;
        foreach (var (outerName, outer) in roots)
        {
            foreach (var (innerName, inner) in roots)
            {
                if (outerName != innerName && (inner + "/").StartsWith(outer + "/", StringComparison.Ordinal))
                {
                    problems.Add($"the {innerName} directory '{inner}' lies inside the {outerName} directory '{outer}'");
                }
            }
        }
    }

    private static void AddWhen(List<string> roles, string role, bool there)
    {
        if (there)
        {
            roles.Add(role);
        }
    }

    private static string Join(string parent, string name) => parent + "/" + name;
}
