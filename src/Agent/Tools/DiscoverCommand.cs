using System.CommandLine;
using Cairn.Agent.Engines;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tools;

/// <summary><c>cairn-agent discover</c>: the database instances of this host, as lines for an agent's configuration.</summary>
internal static class DiscoverCommand
{
    /// <summary>The command; <paramref name="engines"/> makes this build's engines.</summary>
    public static Command Create(Func<EngineLimits, EngineCatalog> engines)
    {
        var command = new Command("discover", "Look for database instances on this host, and print what an agent's configuration would say of them.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await PrintAsync(engines(new EngineLimits()), parsed.InvocationConfiguration.Output, cancellationToken);
            return (int)ExitClass.Done;
        });
        return command;
    }

    /// <summary>Looks and prints.</summary>
    public static async Task PrintAsync(EngineCatalog catalog, TextWriter output, CancellationToken cancellationToken)
    {
        var instances = new List<string>();
        var roots = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in catalog.Names.Order(StringComparer.Ordinal))
        {
            if (catalog.Get(name) is not IDiscoveringEngine engine)
            {
                continue;
            }

            var (found, hidden) = engine.Discover();
            instances.AddRange(found.SelectMany(instance => Lines(name, instance)));
            roots.UnionWith(found.SelectMany(instance => instance.Roots));
            foreach (var sentence in hidden)
            {
                await output.WriteLineAsync($"# {sentence}".AsMemory(), cancellationToken);
            }
        }

        string[] lines = instances.Count == 0
            ? ["# no instance was found"]
            : ["instances:", .. instances, "roots:", .. roots.Select(root => $"  - {Quoted(root)}")];
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }

    private static IEnumerable<string> Lines(string engine, DiscoveredInstance instance) =>
    [
        $"  # {instance.Description}",
        $"  - name: {Quoted(instance.Name)}",
        $"    engine: {engine}",
        "    options:",
        .. instance.Options.Select(option => $"      {option.Key}: {Quoted(option.Value)}"),
    ];

    // A path may hold anything; plain ones stay plain.
    private static string Quoted(string value) => value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.') && !char.IsAsciiDigit(value[0])
        ? value
        : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
