using System.Diagnostics;

namespace Cairn.OpenGauss.Servers;

/// <summary>Runs programs of PostgreSQL as the user that may run a server, and waits for them.</summary>
public static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>The user that servers run as.</summary>
    public const string User = "postgres";

    /// <summary>Where Debian puts the programs of version 15.</summary>
    public const string Binaries = "/usr/lib/postgresql/15/bin";

    /// <summary>The words by which a program is started as that user.</summary>
    public static IReadOnlyList<string> AsUser(string program, params IEnumerable<string> arguments) =>
        ["/usr/bin/setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", program.Contains('/', StringComparison.Ordinal) ? program : $"{Binaries}/{program}", .. arguments];

    /// <summary>Runs it; what it wrote is returned.</summary>
    /// <exception cref="InvalidOperationException">It did not end with 0; says what it wrote.</exception>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        var (exitCode, output) = await TryAsync(program, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
    }

    /// <summary>Runs it; how it ended is the caller's to judge.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        using var deadline = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Runs a program as whoever runs the tests; it must end with 0.</summary>
    public static async Task<string> RunPlainAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = StartWords([program, .. arguments]);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await error}");
    }

    /// <summary>Starts it; the caller waits for it.</summary>
    public static Process Start(string program, params IEnumerable<string> arguments) => StartWords(AsUser(program, arguments));

    private static Process StartWords(IReadOnlyList<string> words)
    {
        var process = Process.Start(new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/tmp",
            Environment = { ["LC_ALL"] = "C", ["PGCONNECT_TIMEOUT"] = "10" },
        }) ?? throw new InvalidOperationException($"{words[0]} did not start");
        process.StandardInput.Close();
        return process;
    }
}
