using Cairn.OpenGauss.Servers;

namespace Cairn.Bench.OpenGauss;

/// <summary>The peer: zst, two processes, bundles, fast start, and increments by block where this version has them.</summary>
internal sealed class PgBackRest(string directory, Server server)
{
    private const string Program = "/usr/bin/pgbackrest";

    private string File => Path.Combine(directory, "pgbackrest.conf");

    /// <summary>What it calls itself, and what it lacks.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Where its backups and the log are.</summary>
    public string Repository => Path.Combine(directory, "pgbackrest");

    /// <summary>How the server's settings call it.</summary>
    public string ArchiveCommand => $"{Program} --config={File} --stanza=bench archive-push %p";

    /// <summary>Writes its configuration.</summary>
    public async Task ConfigureAsync(CancellationToken cancellationToken)
    {
        Version = (await Tool.RunPlainAsync(Program, "version")).Trim();
        var byBlock = System.Version.Parse(Version.Split(' ')[^1]) >= new Version(2, 46);
        Version += byBlock ? ", increments by block" : ", which has no increments by block yet (2.46)";
        await System.IO.File.WriteAllLinesAsync(
            File,
            [
                "[global]",
                $"repo1-path={Repository}",
                "repo1-bundle=y",
                .. byBlock ? ["repo1-block=y"] : (string[])[],
                "repo1-retention-full=99",
                "process-max=2",
                "compress-type=zst",
                "start-fast=y",
                "log-level-file=off",
                "log-level-console=warn",
                $"lock-path={Path.Combine(directory, "pgbackrest-lock")}",
                "[bench]",
                $"pg1-path={server.Data}",
                $"pg1-port={server.PortText}",
                $"pg1-socket-path={server.Sockets}",
                $"pg1-user={Tool.User}",
            ],
            cancellationToken);
        await Tool.RunPlainAsync("/bin/mkdir", "-p", Repository, Path.Combine(directory, "pgbackrest-lock"));
        await Tool.RunPlainAsync("/bin/chown", Tool.User, Repository, Path.Combine(directory, "pgbackrest-lock"));
    }

    /// <summary>Once the server runs.</summary>
    public Task CreateAsync() => Tool.RunAsync(Program, $"--config={File}", "--stanza=bench", "stanza-create");

    /// <summary>The command line of a backup.</summary>
    public string Backup(string type) => $"{Words($"--type={type} backup")} && sync -f '{Repository}'";

    /// <summary>The command line of a restore into the data directory, which must be empty.</summary>
    public string Restore() => $"{Words("restore")} && sync -f '{server.Data}'";

    /// <summary>Bytes of all backups and of the log beside them: a point of ours has the log that it needs in it.</summary>
    public long StoredBytes => Output.BytesOf(Repository);

    private string Words(string command) => string.Join(' ', Tool.AsUser(Program, $"--config={File}", "--stanza=bench").Select(word => $"'{word}'")) + " " + command;
}
