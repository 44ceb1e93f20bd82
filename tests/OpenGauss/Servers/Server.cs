using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Cairn.TestKit;

namespace Cairn.OpenGauss.Servers;

/// <summary>One real server with everything below one directory: <c>data</c>, <c>space</c> for tablespaces, <c>socket</c>, <c>log</c>.</summary>
public sealed class Server : IAsyncDisposable
{
    private const int LinesPerHash = 100_000;

    private Server(string directory, int port) => (Directory, Port) = (directory, port);

    public string Directory { get; }

    public int Port { get; }

    public string Data => Path.Combine(Directory, "data");

    public string Space => Path.Combine(Directory, "space");

    public string Sockets => Path.Combine(Directory, "s");

    public string LogFile => Path.Combine(Directory, "log");

    /// <summary>Makes a server with page checksums; it does not run yet.</summary>
    public static async Task<Server> CreateAsync(string directory, params IEnumerable<string> settings)
    {
        var server = await PlaceAsync(directory);
        await Tool.RunAsync(
            "initdb", "-D", server.Data, "-U", Tool.User, "--data-checksums", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C");
        await File.AppendAllLinesAsync(
            Path.Combine(server.Data, "postgresql.conf"),
            [
                // Sockets only: a port could be taken by a connection of somebody else while the server is down.
                "listen_addresses = ''",
                "fsync = off",
                "shared_buffers = 32MB",
                "wal_keep_size = 2GB",
                "max_wal_size = 64MB",
                "hot_standby = on",
                "checkpoint_timeout = 30s",
                .. settings,
            ]);
        await server.OwnSettingsAsync();
        return server;
    }

    /// <summary>Makes a copy of another server by its own tools; it follows when <paramref name="follows"/> is set and it is started.</summary>
    public static async Task<Server> CopyAsync(Server of, string directory, bool follows)
    {
        var server = await PlaceAsync(directory);
        await server.TakeAsync(of, follows);
        return server;
    }

    /// <summary>Makes it anew as a follower of another server, under its own port and directories; it runs afterwards.</summary>
    public async Task RebuildAsync(Server of)
    {
        await StopAsync();
        System.IO.Directory.Delete(Data, recursive: true);
        foreach (var old in System.IO.Directory.GetDirectories(Space))
        {
            System.IO.Directory.Delete(old, recursive: true);
        }

        await TakeAsync(of, follows: true);
        await StartAsync();
    }

    public Task StartAsync() => Tool.RunAsync("pg_ctl", "-D", Data, "-l", LogFile, "-w", "-t", "60", "start");

    public Task StopAsync() => Tool.RunAsync("pg_ctl", "-D", Data, "-m", "fast", "-w", "-t", "60", "stop");

    /// <summary>Ends its first process as a power cut would.</summary>
    public async Task KillAsync()
    {
        var process = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        using var postmaster = Process.GetProcessById(process);
        postmaster.Kill();
        await Eventually.HoldsAsync("the server is gone", () => !IsAlive(process), TimeSpan.FromSeconds(30), CancellationToken.None);
        await Eventually.HoldsAsync(
            "its children are gone",
            () => !System.IO.Directory.GetDirectories("/proc").Any(one => new DirectoryInfo(Path.Combine(one, "cwd")).LinkTarget == Data),
            TimeSpan.FromSeconds(30),
            CancellationToken.None);
    }

    /// <summary>Asks; the answer without frills.</summary>
    public async Task<string> AskAsync(string sql, string database = "bank") => (await Tool.RunAsync(
        "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", Sockets, "-p", PortText, "-U", Tool.User, "-d", database, "-c", sql)).Trim();

    /// <summary>Words for a client program.</summary>
    public IReadOnlyList<string> Client => ["-h", Sockets, "-p", PortText, "-U", Tool.User];

    /// <summary>
    /// The whole content as SQL, without the lines that are another key each time: a hash for each hundred thousand lines, so that a large database
    /// can be compared too.
    /// </summary>
    public async Task<IReadOnlyList<string>> DumpAsync(string database = "bank")
    {
        using var dump = Tool.Start("pg_dump", [.. Client, "--no-tablespaces", "--no-unlogged-table-data", database]);
        var errors = dump.StandardError.ReadToEndAsync();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parts = new List<string>();
        var lines = 0;
        while (await dump.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("\\restrict", StringComparison.Ordinal) || line.StartsWith("\\unrestrict", StringComparison.Ordinal))
            {
                continue;
            }

            hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            if (++lines % LinesPerHash == 0)
            {
                parts.Add(Convert.ToHexString(hash.GetHashAndReset()));
            }
        }

        await dump.WaitForExitAsync();
        return dump.ExitCode == 0
            ? [.. parts, Convert.ToHexString(hash.GetHashAndReset()), $"{lines} lines"]
            : throw new InvalidOperationException($"pg_dump ended with {dump.ExitCode}: {await errors}");
    }

    public string PortText => Port.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await Tool.TryAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        }
    }

    private static bool IsAlive(int process) => System.IO.Directory.Exists($"/proc/{process.ToString(CultureInfo.InvariantCulture)}");

    private static async Task<Server> PlaceAsync(string directory)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = new Server(directory, ((IPEndPoint)listener.LocalEndpoint).Port);
        foreach (var path in new[] { directory, server.Data, server.Space, server.Sockets })
        {
            // A server refuses a data directory that others may look into.
            System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var given = Process.Start("/bin/chown", ["-R", $"{Tool.User}:{Tool.User}", directory]);
        await given.WaitForExitAsync();
        return server;
    }

    private async Task TakeAsync(Server of, bool follows)
    {
        await Tool.RunAsync(
            "pg_basebackup",
            [
                "-D", Data, "-h", of.Sockets, "-p", of.PortText, "-U", Tool.User, "-c", "fast", "-X", "stream", "--no-sync",
                "-T", $"{of.Space}={Space}", .. follows ? ["-R"] : (string[])[],
            ]);
        await OwnSettingsAsync();
    }

    // The last one counts; a copy comes with those of its original.
    private Task OwnSettingsAsync() => File.AppendAllLinesAsync(
        Path.Combine(Data, "postgresql.conf"), [$"port = {PortText}", $"unix_socket_directories = '{Sockets}'"]);
}
