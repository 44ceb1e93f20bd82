using System.Runtime.InteropServices;
using OpenGeminiDouble.Configuration;
using OpenGeminiDouble.Meta;
using OpenGeminiDouble.Sql;
using OpenGeminiDouble.Store;

namespace OpenGeminiDouble;

/// <summary>
/// One openGemini process played by a double. Which one is told by the name it was started under, as a directory of
/// symbolic links <c>ts-meta</c>, <c>ts-store</c>, <c>ts-sql</c>, <c>ts-server</c> to this program gives it.
/// </summary>
internal static partial class Program
{
    private const int SetDumpable = 4;

    private static async Task<int> Main(string[] args)
    {
        var name = StartedAs();
        string[] roles = name switch
        {
            "ts-meta" => ["meta"],
            "ts-store" => ["store"],
            "ts-sql" => ["sql"],
            "ts-server" => ["meta", "store", "sql"],
            _ => [],
        };
        var configPath = Option(args, "-config");
        if (roles.Length == 0 || configPath is null)
        {
            await Console.Error.WriteLineAsync($"{name}: start as ts-meta, ts-store, ts-sql or ts-server, with -config FILE");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        try
        {
            var config = EngineConfig.Read(configPath);
            var controls = Controls.FromEnvironment();
            if (controls.Is("undumpable", "on") && SetOption(SetDumpable, 0, 0, 0, 0) != 0)
            {
                throw new InvalidOperationException("prctl(PR_SET_DUMPABLE) failed");
            }

            await RunAsync(roles, config, controls, Option(args, "-pidfile"), stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e)
        {
            // The real server dies with a panic and a trace; a sentence is enough for a test's log.
            await Console.Error.WriteLineAsync($"panic: {name}: {e.Message}");
            return 2;
        }
    }

    private static async Task RunAsync(
        string[] roles, EngineConfig config, Controls controls, string? pidFile, CancellationToken cancellationToken)
    {
        var running = new List<IRole>();
        foreach (var role in roles)
        {
            IRole made = role switch
            {
                "meta" => new MetaRole(config, controls),
                "store" => new StoreRole(config, controls),
                _ => new SqlRole(config, controls),
            };
            await made.StartAsync(cancellationToken);
            running.Add(made);
        }

        // A node that waits for a meta leader has no pid file: it is written when the start is complete.
        await new Leadership(config).WaitForLeaderAsync(cancellationToken);
        if (pidFile is not null)
        {
            await File.WriteAllLinesAsync(pidFile, [$"{Environment.ProcessId}"], cancellationToken);
        }

        var ended = new TaskCompletionSource();
        await using (cancellationToken.Register(ended.SetResult))
        {
            await ended.Task;
        }

        foreach (var role in Enumerable.Reverse(running))
        {
            await role.StopAsync();
        }

        if (pidFile is not null)
        {
            File.Delete(pidFile);
        }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int SetOption(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    private static string StartedAs()
    {
        var commandLine = File.ReadAllBytes("/proc/self/cmdline");
        var end = Array.IndexOf(commandLine, (byte)0);
        return Path.GetFileName(System.Text.Encoding.UTF8.GetString(commandLine, 0, end < 0 ? commandLine.Length : end));
    }

    private static string? Option(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
