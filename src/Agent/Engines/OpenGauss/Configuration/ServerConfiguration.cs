using System.Globalization;
using Cairn.Agent.Configuration;

namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>One server as the agent's configuration names it; what is left out is found by looking.</summary>
/// <param name="DataDirectory">The data directory, absolute, as configured.</param>
/// <param name="Host">A socket directory or a host; null: as <c>postmaster.pid</c> says.</param>
/// <param name="Port">The port; null: as <c>postmaster.pid</c> or the configuration files say.</param>
/// <param name="User">The role that the agent logs in as.</param>
/// <param name="Database">The database that it logs in to.</param>
/// <param name="PasswordFile">The file with the role's password; null when none is needed.</param>
/// <param name="Binaries">The directory of the server's programs; null when versions are told by files alone.</param>
/// <param name="Address">The name by which the cluster's topology knows the server.</param>
internal sealed record ServerConfiguration(
    string DataDirectory,
    string? Host,
    int? Port,
    string User,
    string Database,
    string? PasswordFile,
    string? Binaries,
    string Address)
{
    private const int MaxPort = 65535;

    /// <summary>Reads the instance's options; null when a problem stands in the way.</summary>
    public static ServerConfiguration? Read(InstanceOptions instance, ICollection<string> problems)
    {
        var before = problems.Count;
        var options = instance.Options.Read<ServerOptions>(problems);
        if (instance.Config.Length > 0)
        {
            problems.Add("config: leave it out; options.data names the data directory, and the server's configuration files are found from there");
        }

        if (options.Data.Length == 0)
        {
            problems.Add("options.data: the server's data directory is needed");
        }

        foreach (var (key, path) in new[] { ("data", options.Data), ("password-file", options.PasswordFile), ("binaries", options.Binaries) })
        {
            if (path.Length > 0 && (!Path.IsPathFullyQualified(path) || path.Split('/').Contains("..")))
            {
                problems.Add($"options.{key}: '{path}' is not an absolute path without '..'");
            }
        }

        if (options.Port is < 0 or > MaxPort)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"options.port: {options.Port} is no port"));
        }

        var directory = Path.TrimEndingDirectorySeparator(options.Data);
        return problems.Count > before
            ? null
            : new ServerConfiguration(
                directory,
                Given(options.Host),
                options.Port == 0 ? null : options.Port,
                options.User,
                options.Database,
                Given(options.PasswordFile),
                Given(options.Binaries),
                Given(options.Address) ?? $"{Environment.MachineName}:{directory}");
    }

    /// <summary>A port's number.</summary>
    public static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= MaxPort;

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
