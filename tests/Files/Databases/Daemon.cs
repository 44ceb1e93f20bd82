using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cairn.Files.Tests.Databases;

/// <summary>A database as a service manager runs it: started into the background and stopped by commands that return.</summary>
public sealed class Daemon(string runDirectory, string program, IReadOnlyList<string> arguments) : IAsyncDisposable
{
    private const string Manager = "/sbin/start-stop-daemon";
    private readonly string name = Path.GetFileName(program);

    private string PidFile => Path.Combine(runDirectory, name + ".pid");

    /// <summary>What it writes.</summary>
    public string LogFile => Path.Combine(runDirectory, name + ".log");

    /// <summary>Starts it.</summary>
    public IReadOnlyList<string> StartCommand =>
    [
        Manager, "--start", "--background", "--make-pidfile", "--pidfile", PidFile, "--output", LogFile, "--exec", program, "--", .. arguments,
    ];

    /// <summary>Asks it to end and waits for that.</summary>
    public IReadOnlyList<string> StopCommand => [Manager, "--stop", "--oknodo", "--retry", "TERM/20/KILL/5", "--pidfile", PidFile];

    /// <summary>Its process.</summary>
    public int ProcessId => int.Parse(File.ReadAllText(PidFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    /// <summary>Starts it and waits until <paramref name="serves"/> says null.</summary>
    public async Task StartAsync(Func<CancellationToken, Task<string?>> serves)
    {
        Directory.CreateDirectory(runDirectory);
        await RunAsync(StartCommand);
        await TestKit.Eventually.HoldsAsync(
            $"{name} serves", async token => await serves(token) is { } not ? $"{not}\n{Log()}" : null, TimeSpan.FromSeconds(60), CancellationToken.None);
    }

    /// <summary>Stops it.</summary>
    public Task StopAsync() => RunAsync(StopCommand);

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(ProcessId);
        process.Kill();
        await TestKit.Eventually.HoldsAsync(
            $"{name} is gone", () => !Directory.Exists($"/proc/{process.Id}") || IsZombie(process.Id), TimeSpan.FromSeconds(20), CancellationToken.None);
    }

    /// <summary>Runs a program to its end, which must be 0; returns what it printed.</summary>
    public static async Task<string> RunAsync(IReadOnlyList<string> words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var printed = await output + await error;
        return process.ExitCode == 0
            ? printed
            : throw new InvalidOperationException($"'{string.Join(' ', words)}' ended with {process.ExitCode}: {printed}");
    }

    /// <summary>
    /// A port that nobody listens on, below those that the system gives to outgoing connections: a database that is started again
    /// must find it free.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one may not be.
            }
        }
    }

    /// <summary>Words as YAML writes a list.</summary>
    public static string Yaml(IEnumerable<string> words) => $"[{string.Join(", ", words.Select(word => $"'{word}'"))}]";

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(PidFile))
        {
            await StopAsync();
        }
    }

    // Nobody waits for a daemon that was killed in a container without an init.
    private static bool IsZombie(int id)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat")).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private string Log() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(20)) : "";
}
