using System.Globalization;

namespace Cairn.Bench;

/// <summary>Measures a step that runs in this process, as it would in an agent that has been running for long.</summary>
internal static class OwnProcess
{
    public static async Task<Measured> MeasureAsync(Func<Task> step)
    {
        // The step's peak is to be its own, not that of an earlier one: 5 sets the high-water mark back to what is resident now.
        GC.Collect();
        using (var reset = new StreamWriter("/proc/self/clear_refs"))
        {
            await reset.WriteAsync("5");
        }

        var used = Environment.CpuUsage.TotalTime;
        var start = TimeProvider.System.GetTimestamp();
        await step();
        return new Measured(TimeProvider.System.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used, PeakBytesOf("self"));
    }

    /// <summary>The process's VmHWM; 0 when it has ended.</summary>
    public static long PeakBytesOf(string process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // It ended between two looks; its last known peak stays.
            return 0;
        }
    }
}
