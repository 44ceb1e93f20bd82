using System.Diagnostics;

namespace Cairn.Faults.Hosts;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <summary>It must succeed.</summary>
    public static async Task RunAsync(params string[] words)
    {
        if (await TryAsync(words) is { } failure)
        {
            throw new InvalidOperationException($"{string.Join(' ', words)}: {failure}");
        }
    }

    /// <summary>Null when it succeeded, else what it said.</summary>
    public static async Task<string?> TryAsync(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await output;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0 ? null : $"ended with {process.ExitCode}: {error}";
    }
}
