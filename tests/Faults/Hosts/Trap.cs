using System.Globalization;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Faults.Hosts;

/// <summary>
/// Catches a process right before a system call, by <c>trap.py</c>: nothing in the product knows of it. The calling thread is held there until this is
/// disposed, or the whole process is killed there.
/// </summary>
internal sealed class Trap : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly ChildProcess tracer;

    private Trap(ChildProcess tracer) => this.tracer = tracer;

    /// <summary>Everything that changes files from now on, when the process is only watched.</summary>
    public string Calls => tracer.Output;

    /// <summary>Sets it for the <paramref name="count"/>-th call that <paramref name="pattern"/> matches.</summary>
    public static async Task<Trap> SetAsync(int process, bool kill, string pattern, int count)
    {
        var tracer = ChildProcess.Start(
            "python3",
            [
                Checkout.PathOf("tests/Faults/trap.py"),
                process.ToString(CultureInfo.InvariantCulture),
                kill ? "kill" : pattern.Length == 0 ? "list" : "hold",
                pattern,
                count.ToString(CultureInfo.InvariantCulture),
            ]);
        await tracer.WaitForLineAsync(line => line == "attached", "the trap is set", Deadline, CancellationToken.None);
        return new Trap(tracer);
    }

    /// <summary>Waits until the process is caught.</summary>
    public Task CaughtAsync() => tracer.WaitForLineAsync(
        line => line.StartsWith("trapped ", StringComparison.Ordinal), "the process is caught", Deadline, CancellationToken.None);

    /// <summary>Lets the process go on.</summary>
    public ValueTask DisposeAsync() => tracer.DisposeAsync();
}
