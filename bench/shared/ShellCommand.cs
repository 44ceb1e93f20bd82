using System.Diagnostics;
using System.Globalization;

namespace Cairn.Bench;

/// <summary>Runs a peer's command line and waits for it; a failure ends the benchmark.</summary>
internal static class ShellCommand
{
    private static readonly TimeSpan PeakInterval = TimeSpan.FromMilliseconds(20);

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Runs and measures: wall and processor time by the shell, peaks by looking at the processes while they run.</summary>
    public static async Task<Measured> RunAsync(string command, CancellationToken cancellationToken)
    {
        var times = Path.GetTempFileName();
        try
        {
            var script = $"set -e -o pipefail; TIMEFORMAT='%R %U %S'; {{ time {{ {command}; }} 2>&3; }} 3>&2 2>'{times}'";
            using var process = Process.Start(new ProcessStartInfo("/bin/bash") { ArgumentList = { "-c", script } })!;
            var peaks = new Dictionary<string, long>();
            using var timer = new PeriodicTimer(PeakInterval);
            var ended = process.WaitForExitAsync(cancellationToken);
            while (!ended.IsCompleted)
            {
                NotePeaks(process.Id.ToString(CultureInfo.InvariantCulture), peaks);
                await Task.WhenAny(ended, timer.WaitForNextTickAsync(cancellationToken).AsTask());
            }

            await ended;
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}");
            }

            var seconds = (await File.ReadAllTextAsync(times, cancellationToken)).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
                .Select(number => TimeSpan.FromSeconds(double.Parse(number, CultureInfo.InvariantCulture)))
                .ToList();
            return new Measured(seconds[0], seconds[1] + seconds[2], peaks.Values.Sum());
        }
        finally
        {
            File.Delete(times);
        }
    }

    private static void NotePeaks(string process, Dictionary<string, long> peaks)
    {
        peaks[process] = Math.Max(peaks.GetValueOrDefault(process), OwnProcess.PeakBytesOf(process));
        foreach (var child in ChildrenOf(process))
        {
            NotePeaks(child, peaks);
        }
    }

    private static string[] ChildrenOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
