using System.Diagnostics;
using System.Globalization;
using Cairn.TestKit.Processes;

namespace Cairn.Faults.Hosts;

/// <summary>
/// Hosts on one switch: each a network namespace, with this process on the switch too. A link is cut by telling a host a wrong hardware address of
/// the other: what it sends arrives nowhere, as behind a broken switch. Needs root.
/// </summary>
internal sealed class Network : IDisposable
{
    private const string Nowhere = "02:00:00:00:00:99";

    private readonly string bridge;
    private readonly int subnet;
    private readonly Dictionary<string, NetworkHost> hosts = new(StringComparer.Ordinal);

    private Network(int subnet)
    {
        this.subnet = subnet;
        bridge = string.Create(CultureInfo.InvariantCulture, $"cairn{subnet}");
    }

    /// <summary>A switch with these hosts.</summary>
    public static async Task<Network> StartAsync(IReadOnlyList<string> names)
    {
        // Of the addresses that are for tests (RFC 2544); another run on this machine has another part of them.
        var network = new Network(Environment.ProcessId % 250);
        await RunAsync("ip", "link", "add", network.bridge, "type", "bridge");
        await RunAsync("ip", "address", "add", $"{network.Address(1)}/24", "dev", network.bridge);
        await RunAsync("ip", "link", "set", network.bridge, "up");
        await RunAsync("ip", "link", "set", "lo", "up");
        foreach (var name in names)
        {
            var host = await NetworkHost.StartAsync();
            network.hosts[name] = host;
            var cable = $"{network.bridge}-{network.hosts.Count}";
            await RunAsync("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", $"{host.Anchor}");
            await RunAsync("ip", "link", "set", cable, "master", network.bridge);
            await RunAsync("ip", "link", "set", cable, "up");
            await host.RunAsync("ip", "address", "add", $"{network.AddressOf(name)}/24", "dev", "eth0");
            await host.RunAsync("ip", "link", "set", "lo", "up");
            await host.RunAsync("ip", "link", "set", "eth0", "up");
        }

        return network;
    }

    /// <summary>A host's address.</summary>
    public string AddressOf(string name) => Address(10 + hosts.Keys.ToList().IndexOf(name));

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

        using var process = Process.Start("ip", ["link", "del", bridge]);
        process.WaitForExit();
    }

    private string Address(int host) => string.Create(CultureInfo.InvariantCulture, $"198.18.{subnet}.{host}");

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {error}");
        }
    }
}
