using Cairn.TestKit.Processes;

namespace Cairn.Faults.Hosts;

/// <summary>
/// Hosts on one switch: each a network namespace, with this process on the switch too. A link is cut by telling a host a wrong hardware address of
/// the other: what it sends arrives nowhere, as behind a broken switch. Needs root.
/// </summary>
internal sealed class Network : IDisposable
{
    private const string Nowhere = "02:00:00:00:00:99";

    private readonly Plot plot;
    private readonly Dictionary<string, NetworkHost> hosts = new(StringComparer.Ordinal);

    private Network(Plot plot) => this.plot = plot;

    /// <summary>A switch with these hosts; should it fail, what there is of it is the plot's to clear.</summary>
    public static async Task<Network> StartAsync(Plot plot, IReadOnlyList<string> names)
    {
        var network = new Network(plot);
        await Command.RunAsync("ip", "link", "add", plot.Switch, "type", "bridge");
        await Command.RunAsync("ip", "address", "add", $"{plot.Address(1)}/24", "dev", plot.Switch);
        await Command.RunAsync("ip", "link", "set", plot.Switch, "up");
        await Command.RunAsync("ip", "link", "set", "lo", "up");
        foreach (var name in names)
        {
            var host = await NetworkHost.StartAsync();
            network.hosts[name] = host;
            var cable = $"{plot.Switch}-{network.hosts.Count}";
            await Command.RunAsync("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", $"{host.Anchor}");
            await Command.RunAsync("ip", "link", "set", cable, "master", plot.Switch);
            await Command.RunAsync("ip", "link", "set", cable, "up");
            await host.RunAsync("ip", "address", "add", $"{network.AddressOf(name)}/24", "dev", "eth0");
            await host.RunAsync("ip", "link", "set", "lo", "up");
            await host.RunAsync("ip", "link", "set", "eth0", "up");
        }

        return network;
    }

    /// <summary>A host's address.</summary>
    public string AddressOf(string name) => plot.Address(10 + hosts.Keys.ToList().IndexOf(name));

    /// <summary>The words that start a program on a host.</summary>
    public IReadOnlyList<string> Entering(string name) => hosts[name].Entering();

    /// <summary>What one host sends to the other is lost.</summary>
    public Task CutAsync(string from, string to) =>
        hosts[from].RunAsync("ip", "neigh", "replace", AddressOf(to), "lladdr", Nowhere, "dev", "eth0", "nud", "permanent");

    /// <summary>It arrives again.</summary>
    public Task MendAsync(string from, string to) => hosts[from].RunAsync("ip", "neigh", "del", AddressOf(to), "dev", "eth0");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var host in hosts.Values)
        {
            host.Dispose();
        }
    }
}
