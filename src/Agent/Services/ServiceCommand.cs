using System.Diagnostics;
using System.Text;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Services;

/// <summary>
/// Runs one command of the agent's own configuration: no shell, nothing on its standard input, an environment that holds none of
/// the agent's, a time limit after which it is killed with its children.
/// </summary>
internal static class ServiceCommand
{
    private const int MaxOutputChars = 2048;
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs it to its end or its limit.</summary>
    /// <param name="words">The program's absolute path and its arguments.</param>
    /// <param name="instance">Told to the command as <c>CAIRN_INSTANCE</c>.</param>
    /// <param name="jobId">Told as <c>CAIRN_JOB</c>.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="time">Measures that.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="CairnException"><see cref="ErrorCode.CommandFailed"/> when it cannot be started at all.</exception>
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> words, string instance, string jobId, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var process = Prepare(words, instance, jobId);
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => exited.TrySetResult();
        try
        {
            process.Start();
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new CairnException(
                ErrorCode.CommandFailed,
                $"'{words[0]}' of instance {instance} cannot be started: {failure.Message}",
                "mend the instance's commands in the agent's configuration",
                subject: instance,
                cause: failure);
        }

        process.StandardInput.Close();
        var output = new StringBuilder();
        using var reading = new CancellationTokenSource();
        var readers = Task.WhenAll(
            CollectAsync(process.StandardOutput, output, reading.Token), CollectAsync(process.StandardError, output, reading.Token));
        using var over = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        try
        {
            await exited.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await exited.Task.WaitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return new CommandResult(null, await LastWordsAsync(readers, reading, output));
        }

        return new CommandResult(process.ExitCode, await LastWordsAsync(readers, reading, output));
    }

    private static Process Prepare(IReadOnlyList<string> words, string instance, string jobId)
    {
        var start = new ProcessStartInfo(words[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["CAIRN_INSTANCE"] = instance;
        start.Environment["CAIRN_JOB"] = jobId;
        return new Process { StartInfo = start };
    }

    // What the command started may keep the streams open for ever; what the command itself said has come by then.
    private static async Task<string> LastWordsAsync(Task readers, CancellationTokenSource reading, StringBuilder output)
    {
        reading.CancelAfter(LastWords);
        await readers;
        lock (output)
        {
            return output.ToString().Trim();
        }
    }

    private static async Task CollectAsync(StreamReader from, StringBuilder output, CancellationToken cancellationToken)
    {
        var buffer = new char[512];
        try
        {
            while (await from.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                lock (output)
                {
                    output.Append(buffer, 0, read);
                    output.Remove(0, Math.Max(0, output.Length - MaxOutputChars));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The command has ended; see above.
        }
    }
}
