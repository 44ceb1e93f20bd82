using System.Diagnostics;
using System.Globalization;

namespace Cairn.Bench.OpenGauss;

/// <summary>
/// Measures a command whose work is done by processes that go on: what they used meanwhile is counted to it, and so is what the database server
/// used, since one side reads files itself and another lets the server do it.
/// </summary>
internal sealed class Daemons(string dataDirectory)
{
    private static readonly double TicksPerSecond = 100;

    /// <summary>Runs and measures.</summary>
    /// <param name="command">A command line.</param>
    /// <param name="workers">The processes that work for it, beside its own children.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<Measured> RunAsync(string command, IReadOnlyList<int> workers, CancellationToken cancellationToken)
    {
        foreach (var worker in workers)
        {
            // 5 sets the peak back to what is resident now.
            await using var reset = new StreamWriter($"/proc/{Shown(worker)}/clear_refs");
            await reset.WriteAsync("5");
        }

        var before = workers.Sum(Used) + ServerUsed();
        var measured = await ShellCommand.RunAsync(command, cancellationToken);
        var after = workers.Sum(Used) + ServerUsed();
        return measured with
        {
            Processor = measured.Processor + TimeSpan.FromSeconds(after - before),
            PeakBytes = measured.PeakBytes + workers.Sum(worker => OwnProcess.PeakBytesOf(Shown(worker))),
        };
    }

    private static double Used(int process)
    {
        using var worker = Process.GetProcessById(process);
        return worker.TotalProcessorTime.TotalSeconds;
    }

    // Backends that have ended are counted to the first process, which waited for them.
    private double ServerUsed()
    {
        var file = Path.Combine(dataDirectory, "postmaster.pid");
        if (!File.Exists(file))
        {
            return 0;
        }

        var first = File.ReadLines(file).First();
        var ticks = Fields(first) is { } own ? own[11..15].Sum(Ticks) : 0;
        foreach (var child in File.ReadAllText($"/proc/{first}/task/{first}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            ticks += Fields(child) is { } fields ? fields[11..13].Sum(Ticks) : 0;
        }

        return ticks / TicksPerSecond;
    }

    // What stands behind the name: its state is field 0, user and system time 11 and 12, those of its children 13 and 14.
    private static string[]? Fields(string process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Ticks(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Shown(int process) => process.ToString(CultureInfo.InvariantCulture);
}
