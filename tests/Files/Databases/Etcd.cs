using System.Globalization;

namespace Cairn.Files.Tests.Databases;

/// <summary>One member of etcd of Debian.</summary>
public sealed class Etcd : IAsyncDisposable
{
    /// <param name="dataDirectory">Its data.</param>
    /// <param name="runDirectory">Where its pid and log go.</param>
    public Etcd(string dataDirectory, string runDirectory)
    {
        DataDirectory = dataDirectory;
        Client = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Daemon.FreePort()}");
        Peer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Daemon.FreePort()}");
        Daemon = new Daemon(
            runDirectory,
            "/usr/bin/etcd",
            [
                "--name", "n1", "--data-dir", dataDirectory,
                "--listen-client-urls", Client, "--advertise-client-urls", Client,
                "--listen-peer-urls", Peer, "--initial-advertise-peer-urls", Peer, "--initial-cluster", $"n1={Peer}",
            ]);
    }

    public Daemon Daemon { get; }

    public string DataDirectory { get; }

    /// <summary>Where clients reach it.</summary>
    public string Client { get; }

    /// <summary>Where other members would.</summary>
    public string Peer { get; }

    public Task StartAsync() => Daemon.StartAsync(async _ =>
    {
        try
        {
            await CtlAsync("endpoint", "health");
            return null;
        }
        catch (InvalidOperationException failure)
        {
            return failure.Message;
        }
    });

    /// <summary>The words of a run of <c>etcdctl</c> against it, with time enough on a machine that is busy.</summary>
    public IReadOnlyList<string> Ctl(params string[] arguments) =>
        ["/usr/bin/etcdctl", "--endpoints", Client, "--dial-timeout", "30s", "--command-timeout", "60s", .. arguments];

    /// <summary>Runs <c>etcdctl</c>; returns what it printed.</summary>
    public async Task<string> CtlAsync(params string[] arguments) => (await Daemon.RunAsync(Ctl(arguments))).Trim();

    public ValueTask DisposeAsync() => Daemon.DisposeAsync();
}
