using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.TestKit.Processes;

/// <summary>A program started by a test: its lines are kept, and it does not outlive the test.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int MaxLines = 20_000;
    private const int Terminate = 15;
    private const int Stop = 19;
    private const int Continue = 18;
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private ChildProcess(Process process)
    {
        this.process = process;
        Id = process.Id;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Everything it has written so far, both streams.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its path; a symbolic link is what the program sees as its own name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Set in addition to the test's own environment.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = ShortLived(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = false,
            UseShellExecute = false,
        });
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
    }

    /// <summary>For one of many processes that live for seconds on few cores: nothing that pays off in a long run only.</summary>
    internal static ProcessStartInfo ShortLived(ProcessStartInfo start)
    {
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";

        // Else half of a daemon's time goes into compiling again what was called 30 times; the number is hexadecimal.
        start.Environment["DOTNET_TC_CallCountThreshold"] = "1000";
        start.Environment["NO_COLOR"] = "1";
        return start;
    }

    /// <summary>Ends it at once, as a power cut would (SIGKILL), and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Asks it to end (SIGTERM) and waits.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> TerminateAsync(TimeSpan timeout)
    {
        if (!process.HasExited)
        {
            Signal(Terminate);
        }

        return await WaitForExitAsync(timeout);
    }

    /// <summary>Halts it where it is (SIGSTOP): it keeps its ports and answers nothing.</summary>
    public void Freeze() => Signal(Stop);

    /// <summary>Lets it go on after <see cref="Freeze"/>.</summary>
    public void Thaw() => Signal(Continue);

    /// <summary>Waits for its end and returns the exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{process.StartInfo.FileName} ({Id}) did not end within {timeout}; it wrote:\n{Output}");
        }

        return process.ExitCode;
    }

    /// <summary>Waits for a line that it writes.</summary>
    /// <exception cref="TimeoutException">It did not come in time, or the process ended without it.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> wanted, string what, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string? found = null;
        await Eventually.HoldsAsync(
            what,
            async token =>
            {
                var hasExited = process.HasExited;
                if (hasExited)
                {
                    // Its last lines may be on their way yet.
                    await process.WaitForExitAsync(token).WaitAsync(timeout, token);
                }

                found = lines.FirstOrDefault(wanted);
                return found is null && hasExited
                    ? throw new InvalidOperationException($"{process.StartInfo.FileName} ended before: {what}; it wrote:\n{Output}")
                    : found is null ? Output : null;
            },
            timeout,
            cancellationToken);
        return found!;
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    private void Signal(int signal)
    {
        if (SendSignal(Id, signal) != 0 && !process.HasExited)
        {
            throw new InvalidOperationException($"signal {signal} to {Id}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    private void Keep(string? line)
    {
        if (line is not null && lines.Count < MaxLines)
        {
            lines.Enqueue(line);
        }
    }
}
