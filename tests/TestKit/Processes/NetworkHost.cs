using System.Diagnostics;
namespace Cairn.TestKit.Processes;

/// <summary>
/// A host of its own as far as the network goes: a network namespace, kept alive by one sleeping process. Two are wired
/// together with <see cref="ConnectAsync"/>. Works with and without root.
/// </summary>
public sealed class NetworkHost : IDisposable
{
    private readonly Process anchor;

    private NetworkHost(Process anchor) => this.anchor = anchor;

    /// <summary>The first host; without root it is in a user namespace in which this user is root.</summary>
    public static Task<NetworkHost> StartAsync() => SleepAsync(
        ["unshare", "--net", .. Environment.IsPrivilegedProcess ? [] : (string[])["--map-root-user"], "sleep", "infinity"]);

    /// <summary>A second host beside this one.</summary>
    public Task<NetworkHost> StartNeighbourAsync() => SleepAsync([.. Entering(network: false), "unshare", "--net", "sleep", "infinity"]);

    /// <summary>The words that start a program on this host.</summary>
    public IReadOnlyList<string> Entering(bool network = true) =>
    [
        "nsenter", "--target", $"{anchor.Id}", "--preserve-credentials",
        .. network ? (string[])["--net"] : [],
        .. Environment.IsPrivilegedProcess ? [] : (string[])["--user"],
    ];

    /// <summary>Joins two hosts by a cable.</summary>
    public static async Task ConnectAsync(NetworkHost one, string oneAddress, NetworkHost other, string otherAddress)
    {
        await one.RunAsync("ip", "link", "set", "lo", "up");
        await other.RunAsync("ip", "link", "set", "lo", "up");
        await one.RunAsync("ip", "link", "add", "left", "type", "veth", "peer", "name", "right", "netns", $"{other.anchor.Id}");
        await one.RunAsync("ip", "address", "add", $"{oneAddress}/24", "dev", "left");
        await one.RunAsync("ip", "link", "set", "left", "up");
        await other.RunAsync("ip", "address", "add", $"{otherAddress}/24", "dev", "right");
        await other.RunAsync("ip", "link", "set", "right", "up");
    }

    /// <summary>Runs a command on this host; it must succeed. Returns what it printed.</summary>
    public async Task<string> RunAsync(params string[] command)
    {
        var (exitCode, output) = await TryAsync(command);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {exitCode}: {output}");
    }

    /// <summary>Runs a command on this host to its end.</summary>
    public async Task<(int ExitCode, string Output)> TryAsync(params string[] command)
    {
        string[] words = [.. Entering(), .. command];
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>The process id by which others enter.</summary>
    public int Anchor => anchor.Id;

    /// <summary>Ends it, and with it what runs on it.</summary>
    public void Dispose()
    {
        anchor.Kill();
        anchor.WaitForExit();
        anchor.Dispose();
    }

    // The namespace is there when the process has become the sleeper.
    private static async Task<NetworkHost> SleepAsync(IReadOnlyList<string> words)
    {
        var host = new NetworkHost(Process.Start(words[0], words.Skip(1)));
        await Eventually.HoldsAsync(
            $"{string.Join(' ', words)} sleeps",
            () => NameOf(host.anchor.Id) == "sleep",
            TimeSpan.FromSeconds(30),
            CancellationToken.None);
        return host;
    }

    private static string NameOf(int processId) => File.ReadAllText($"/proc/{processId}/comm").Trim();
}
