using System.CommandLine;
using Cairn.Agent.Importing;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGemini.Tools;

/// <summary>
/// <c>cairn-agent ts-recover</c>: the flags, exit codes and last words of the server's own tool in both its generations, without its traps: it stages, verifies and
/// proves that the server is stopped before it touches anything, keeps the old data, leaves the backup as it is, and restores the index in mode 1.
/// </summary>
internal static class TsRecoverCommand
{
    private const string StandardAgent = "/etc/cairn/agent.yaml";
    private const string Both = "1";
    private const string FullOnly = "2";

    /// <summary>The command; <paramref name="run"/> does what it asks.</summary>
    public static Command Create(Func<ForeignRecoveryRequest, TextWriter, CancellationToken, Task> run)
    {
        var flags = new Flags();
        var agent = new Option<string>("--agent-config") { Description = $"The agent's configuration file ({StandardAgent} by default).", HelpName = "FILE", DefaultValueFactory = _ => StandardAgent };
        var unproved = new Option<bool>("--accept-unproved") { Description = "Take a backup whose own record does not say that it ended well." };
        var command = new Command("ts-recover", "Restore a native backup of openGemini with the flags of its own tool: staged, verified, the old data kept beside.") { agent, unproved };
        foreach (var flag in flags.All)
        {
            command.Options.Add(flag);
        }

        command.SetAction((parsed, cancellationToken) => RunAsync(
            () => Read(parsed, flags, parsed.GetValue(agent)!, parsed.GetValue(unproved)), run, Console.Out, Console.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Func<ForeignRecoveryRequest> read,
        Func<ForeignRecoveryRequest, TextWriter, CancellationToken, Task> run,
        TextWriter output,
        TextWriter errors,
        CancellationToken cancellationToken)
    {
        try
        {
            await run(read(), output, cancellationToken);
            await output.WriteLineAsync("recover success !");
            return 0;
        }
        catch (CairnException failure)
        {
            await errors.WriteLineAsync($" Error: {failure.Message}");
            await errors.WriteLineAsync($"  way out: {failure.WayOut}");
            await errors.WriteLineAsync($"  code: {failure.Code.WireName()}");
            return 1;
        }
    }

    private static ForeignRecoveryRequest Read(ParseResult parsed, Flags flags, string agent, bool unproved)
    {
        var config = parsed.GetValue(flags.Config)!;
        var mode = parsed.GetValue(flags.Mode)!;
        var (full, increment) = (parsed.GetValue(flags.Full)!, parsed.GetValue(flags.Increment)!);
        if (mode is not (Both or FullOnly))
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"recoverMode {mode} is not done: META without its data is no database, and backups are restored to the node that they were taken of",
                "use 1 (full and increment) or 2 (full)");
        }

        if (config.Length == 0 || full.Length == 0 || (mode == Both && increment.Length == 0))
        {
            var missing = config.Length == 0 ? "config" : full.Length == 0 ? "fullBackupDataPath" : "incBackupDataPath";
            throw Invalid($"missing required parameter: {missing}", mode == Both ? "name it; without an increment use -recoverMode=2" : "name it");
        }

        if ((parsed.GetValue(flags.Source)! + parsed.GetValue(flags.Destination)!).Length > 0)
        {
            throw new CairnException(ErrorCode.Unsupported, "srcNode and dstNode belong to recoverMode 4, which is not done", "restore each node from its own backup");
        }

        RequireConfigured(config, parsed.GetValue(flags.Data)!, parsed.GetValue(flags.Meta)!);
        return new ForeignRecoveryRequest(
            Path.GetFullPath(agent),
            Path.GetFullPath(config),
            new ForeignBackup(Clean(full), mode == Both ? [Clean(increment)] : [], unproved));
    }

    // Other directories than the server's own would be a database that nobody starts.
    private static void RequireConfigured(string config, string data, string meta)
    {
        var (configuration, _) = ConfigurationReader.Read(Path.GetFullPath(config));
        Require("dataDir", data, Path.GetDirectoryName(configuration?.DataRoot));
        Require("metaDir", meta, configuration?.MetaRoot);

        static void Require(string flag, string given, string? configured)
        {
            if (given.Length > 0 && configured is not null && Clean(given) != configured)
            {
                throw Invalid($"{flag} '{given}' is not the configuration's '{configured}'", "change the server's configuration, which says where its data are, or leave the flag out");
            }
        }
    }

    private static string Clean(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static CairnException Invalid(string message, string wayOut) => new(ErrorCode.InvalidRequest, message, wayOut);

    /// <summary>The flags of both generations, with one dash and with two, as that tool takes them.</summary>
    private sealed class Flags
    {
        public Option<string> Config { get; } = Text("config", "The server's configuration file.");

        public Option<string> Mode { get; } = new("-recoverMode", "--recoverMode") { Description = "1: full and increment (default); 2: full.", DefaultValueFactory = _ => Both };

        public Option<string> Full { get; } = Text("fullBackupDataPath", "The directory of the full backup.");

        public Option<string> Increment { get; } = Text("incBackupDataPath", "The directory of the increment.");

        public Option<string> Data { get; } = Text("dataDir", "As the configuration says; anything else is refused.");

        public Option<string> Meta { get; } = Text("metaDir", "As the configuration says; anything else is refused.");

        public Option<string> Source { get; } = Text("srcNode", "Refused.");

        public Option<string> Destination { get; } = Text("dstNode", "Refused.");

        public IEnumerable<Option> All =>
        [
            Config, Mode, Full, Increment, Data, Meta, Source, Destination,

            // For single databases, which are refused, or needless, since nothing is ever deleted.
            Text("host", "Taken and not needed: single databases, for which a running server is asked, are not restored."),
            Switch("force", "Taken and not needed: nothing is deleted."),
            Switch("ssl", "As -host."),
            Switch("insecure-tls", "As -host."),
        ];

        private static Option<string> Text(string name, string description) => new("-" + name, "--" + name) { Description = description, DefaultValueFactory = _ => "" };

        private static Option<bool> Switch(string name, string description) => new("-" + name, "--" + name) { Description = description };
    }
}
