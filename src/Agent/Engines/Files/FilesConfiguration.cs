using System.Globalization;
using System.Net;
using Cairn.Agent.Configuration;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>The checked configuration of one instance.</summary>
internal sealed record FilesConfiguration
{
    private const int MaxRoots = 64;

    /// <summary>In the order in which they are taken and put in place.</summary>
    public required IReadOnlyList<DataRoot> Roots { get; init; }

    /// <summary>What is taken, and how.</summary>
    public required PathPatterns Patterns { get; init; }

    /// <summary>Files that change while they are copied are taken as they are found.</summary>
    public required bool AcceptChanges { get; init; }

    /// <summary>Empty: there is none.</summary>
    public required IReadOnlyList<string> BeforeCapture { get; init; }

    /// <summary>Empty: there is none.</summary>
    public required IReadOnlyList<string> AfterCapture { get; init; }

    /// <summary>How long each command may take.</summary>
    public required TimeSpan CommandLimit { get; init; }

    /// <summary>Programs of the database.</summary>
    public required IReadOnlyList<ProgramPattern> Processes { get; init; }

    /// <summary>Ports of the database.</summary>
    public required IReadOnlyList<ListenAddress> Ports { get; init; }

    /// <summary>Whether anything is configured that tells a database that runs from one that does not.</summary>
    public bool HasSigns => Processes.Count > 0 || Ports.Count > 0;

    /// <summary>Whether commands vouch for what the files hold.</summary>
    public bool HasCommands => BeforeCapture.Count > 0;

    /// <summary>Reads and checks what the operator wrote; null with all problems.</summary>
    public static FilesConfiguration? Read(InstanceOptions instance, List<string> problems)
    {
        var before = problems.Count;
        var options = instance.Options.Read<FilesOptions>(problems);
        var patterns = PathPatterns.Read(options, problems);
        var configuration = new FilesConfiguration
        {
            Roots = [.. options.Roots.Select(root => new DataRoot { Name = root.Key, Path = Path.TrimEndingDirectorySeparator(root.Value) })],
            Patterns = patterns,
            AcceptChanges = options.Changing == "accept",
            BeforeCapture = options.BeforeCapture,
            AfterCapture = options.AfterCapture,
            CommandLimit = TimeSpan.FromSeconds(instance.Commands.LimitSeconds),
            Processes = [.. options.Processes.Select(ProgramPattern.Parse)],
            Ports = ParsePorts(options.Ports, problems),
        };
        configuration.Check(instance, options, problems);
        return problems.Count == before ? configuration : null;
    }

    private void Check(InstanceOptions instance, FilesOptions options, List<string> problems)
    {
        CheckRoots(problems);
        if (instance.Config.Length > 0)
        {
            problems.Add("config: this engine reads no configuration file of a database; its keys stand in options");
        }

        if (options.Changing is not ("refuse" or "accept"))
        {
            problems.Add($"options.changing: '{options.Changing}' is neither refuse nor accept");
        }

        foreach (var (key, words) in new[] { ("before-capture", BeforeCapture), ("after-capture", AfterCapture) })
        {
            if (ServiceOptions.ProblemOf(words) is { } problem)
            {
                problems.Add($"options.{key}: {problem}");
            }
        }

        problems.AddRange(Processes.Where(program => !program.IsUsable).Select(program =>
            $"options.processes: '{program.Text}' begins neither with a program's name nor with its absolute path"));
        if (!HasSigns && instance.Commands is { Start.Count: > 0 } or { Stop.Count: > 0 })
        {
            problems.Add("options: with commands.start or commands.stop, give processes or ports, by which the agent sees that the database runs");
        }
    }

    private void CheckRoots(List<string> problems)
    {
        if (Roots.Count is 0 or > MaxRoots)
        {
            problems.Add($"options.roots: 1 to {MaxRoots} directories are needed, 'name: /absolute/path'");
        }

        foreach (var root in Roots)
        {
            if (!Names.IsValid(root.Name))
            {
                problems.Add($"options.roots: '{root.Name}' is no name: 1 to 63 letters, digits, '.', '_' and '-'");
            }

            if (!Path.IsPathFullyQualified(root.Path) || root.Path.Split('/').Any(part => part is "." or ".."))
            {
                problems.Add($"options.roots.{root.Name}: '{root.Path}' is not an absolute path without '.' and '..'");
            }
        }

        problems.AddRange(
            from inner in Roots
            from outer in Roots
            where inner != outer && (inner.Path + "/").StartsWith(outer.Path + "/", StringComparison.Ordinal)
            select $"options.roots.{inner.Name}: {inner.Path} lies inside {outer.Path} of root {outer.Name}; every file belongs to one root");
    }

    private static List<ListenAddress> ParsePorts(List<string> texts, List<string> problems)
    {
        var ports = new List<ListenAddress>();
        foreach (var text in texts)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort)
            {
                ports.Add(new ListenAddress($"port {text}", $"{IPAddress.Loopback}", Ip: null, port, Meaning: ""));
            }
            else if (IPEndPoint.TryParse(text, out var address) && address.Port > 0)
            {
                var any = address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any);
                var probed = any ? IPAddress.Loopback : address.Address;
                ports.Add(new ListenAddress(text, $"{probed}", any ? null : probed, address.Port, Meaning: ""));
            }
            else
            {
                problems.Add($"options.ports: '{text}' is neither a port nor address:port");
            }
        }

        return ports;
    }
}
