using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;

namespace Cairn.Agent.Engines.OpenGauss.Discovery;

/// <summary>
/// Finds servers by the directories that server processes work in, by Debian's configuration files, and in the places where packages put
/// data directories.
/// </summary>
/// <param name="table">The processes.</param>
/// <param name="configurations">Patterns of <c>postgresql.conf</c> files outside of data directories; <c>*</c> stands for one component.</param>
/// <param name="places">Patterns of data directories.</param>
internal sealed class ServerDiscovery(ProcessTable table, IReadOnlyList<string> configurations, IReadOnlyList<string> places)
{
    private const long MaxConfigurationBytes = 1 << 20;

    /// <summary>This machine, as packages lay servers out.</summary>
    public static ServerDiscovery Machine { get; } = new(
        ProcessTable.Machine,
        ["/etc/postgresql/*/*/postgresql.conf"],
        ["/var/lib/postgresql/*/*", "/var/lib/pgsql/data", "/var/lib/pgsql/*/data", "/var/lib/opengauss/data", "/opt/huawei/install/data/*"]);

    /// <summary>What is there, and what may be but cannot be looked into.</summary>
    public (IReadOnlyList<DiscoveredInstance> Found, IReadOnlyList<string> Hidden) Find()
    {
        var servers = table.List().Where(process => !process.Zombie && RunProver.IsServer(process)).ToList();
        var directories = new SortedSet<string>(StringComparer.Ordinal);
        var hidden = new List<string>();
        foreach (var server in servers)
        {
            if (table.WorkingDirectory(server.Id) is { } directory)
            {
                directories.Add(directory);
            }
            else if (table.OpenFiles(server.Id) is null)
            {
                hidden.Add($"{server.Shown} of user {server.Uid} is a server whose directory may not be read; look again as root");
            }
        }

        Look(configurations.SelectMany(Expand).Select(ConfiguredDirectory).OfType<string>(), directories, hidden);
        Look(places.SelectMany(Expand), directories, hidden);
        var found = new List<DiscoveredInstance>();
        foreach (var directory in directories)
        {
            try
            {
                var data = new DataDirectory(directory);
                if (data.MajorVersion.Length > 0)
                {
                    found.Add(Describe(data, servers, NameFor(data.Path, found)));
                }
            }
            catch (Exception denied) when (denied is NativeFailureException or UnauthorizedAccessException or IOException)
            {
                hidden.Add($"'{directory}' may not be read: {denied.Message}; look again as root");
            }
        }

        return (found, hidden);
    }

    private DiscoveredInstance Describe(DataDirectory data, List<ProcessEntry> servers, string name)
    {
        var file = PostmasterFile.Read(data.Path);
        var first = servers.Find(server => server.Id == file?.ProcessId && table.WorkingDirectory(server.Id) == data.Path);
        var kind = $"{(data.DialectName == Dialect.OpenGaussName ? "openGauss" : "PostgreSQL")} {data.MajorVersion}, starts as {(data.IsStandby ? Roles.Standby : Roles.Primary)}";
        var port = first is null
            ? data.Setting("port") is { } set ? $"port {set}" : "its port is not in its data directory"
            : string.Create(CultureInfo.InvariantCulture, $"port {file?.Port}{(file?.SocketDirectory is { Length: > 0 } socket ? $", socket {socket}" : "")}");
        var options = new List<KeyValuePair<string, string>> { KeyValuePair.Create("data", data.Path) };
        if (first is not null && table.Executable(first.Id) is { } program && Path.GetDirectoryName(program) is { } binaries)
        {
            options.Add(KeyValuePair.Create("binaries", binaries));
        }

        return new DiscoveredInstance(
            name,
            $"{kind}; {(first is null ? "is not seen to run" : $"runs as {first.Shown}")}; {port}",
            options,
            [
                Path.GetDirectoryName(data.Path) ?? "/",
                .. data.Tablespaces().Where(tablespace => !tablespace.Inside).Select(tablespace => NativeFiles.TryRealPath(tablespace.Location) ?? tablespace.Location),
            ]);
    }

    private static string NameFor(string path, List<DiscoveredInstance> found)
    {
        var name = Path.GetFileName(path);
        return found.Any(other => other.Name == name) ? string.Create(CultureInfo.InvariantCulture, $"{name}-{found.Count + 1}") : name;
    }

    private static string? ConfiguredDirectory(string file) =>
        NativeFiles.Look(file) is { Kind: FileKind.Regular, SizeBytes: <= MaxConfigurationBytes }
            && SettingsFile.Find(File.ReadAllText(file), "data_directory") is { Length: > 0 } directory
            && NativeFiles.TryRealPath(directory) is { } resolved ? resolved : null;

    private static void Look(IEnumerable<string> candidates, SortedSet<string> directories, List<string> hidden)
    {
        try
        {
            foreach (var candidate in candidates)
            {
                if (NativeFiles.TryRealPath(candidate) is { } resolved)
                {
                    directories.Add(resolved);
                }
            }
        }
        catch (Exception denied) when (denied is NativeFailureException or UnauthorizedAccessException or IOException)
        {
            hidden.Add($"{denied.Message}; look again as root");
        }
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        IEnumerable<string> paths = [""];
        foreach (var component in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            paths = component == "*"
                ? paths.SelectMany(path => (NativeFiles.ListNames(path) ?? []).Select(name => $"{path}/{name}"))
                : paths.Select(path => $"{path}/{component}");
        }

        return paths.Where(path => NativeFiles.Look(path).Kind != FileKind.Missing);
    }
}
