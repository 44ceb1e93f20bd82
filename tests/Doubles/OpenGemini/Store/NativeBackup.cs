using System.Text.Json.Nodes;

namespace OpenGeminiDouble.Store;

/// <summary>
/// A store's native backup as v1.5.2 was observed to make it: asynchronous, a plain copy of what is in TSSP files, logs in the backup and in the live
/// shards, and a status that says success whatever came of it. The control <c>native</c> says how it goes wrong; README.md names the ways.
/// </summary>
internal sealed class NativeBackup(string data, string wal, string meta)
{
    private volatile string status = "not backed up";
    private volatile bool aborted;

    /// <summary>The word that backup_status answers; in memory only.</summary>
    public string Status => status;

    /// <summary>Begins one; a second beside it is ignored, and nobody is told.</summary>
    public Task Begin(string path, string wrong)
    {
        if (status == "backup in progress")
        {
            return Task.CompletedTask;
        }

        status = "backup in progress";
        aborted = false;
        return Task.Run(() => RunAsync(path, wrong));
    }

    /// <summary>Ends the one that runs, as success.</summary>
    public void Abort() => aborted = true;

    private async Task RunAsync(string path, string wrong)
    {
        var time = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var plain = false;
        if (wrong is not ("nothing" or "restarted") && !File.Exists(path))
        {
            Copy(path, time, wrong);
            plain = wrong is "plain" or "plain-once";
            Write($"{path}/backup_log/result", plain ? "2026-11-20 22:00:00 +0000 UTC m=+60: Backing up..." : Result(time, wrong));
        }

        while (wrong is "hang" && !aborted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }

        // The last word is not written over plain text, unless somebody has taken that away meanwhile.
        for (var waited = 0; wrong == "plain-once" && waited < 500 && File.Exists($"{path}/backup_log/result"); waited++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }

        if (plain && !File.Exists($"{path}/backup_log/result"))
        {
            Write($"{path}/backup_log/result", Result(time, wrong));
        }

        status = wrong == "restarted" ? "not backed up" : "backup success";
    }

    private string Result(long time, string wrong) => new JsonObject
    {
        ["result"] = wrong switch { "failed" => "backup failed: no space left on device", "meta-only" => "", _ => "backup success" },
        ["databases"] = new JsonObject(),
        ["time"] = wrong switch { "old" => time - 3_600_000_000_000, "meta-only" => 0, _ => time },
        ["dataDir"] = Path.GetDirectoryName(data),
        ["metaDir"] = meta,
        ["walDir"] = Path.GetDirectoryName(wal),
    }.ToJsonString();

    private void Copy(string path, long time, string wrong)
    {
        var left = wrong is "lost-shard";
        foreach (var policy in Directory.EnumerateDirectories(data).SelectMany(Directory.EnumerateDirectories).SelectMany(Directory.EnumerateDirectories))
        {
            foreach (var shard in Directory.EnumerateDirectories(policy).Order(StringComparer.Ordinal))
            {
                if (Path.GetFileName(shard) == "index")
                {
                    CopyTree(shard, $"{path}/data_backup{shard}");
                }
                else if (left && Directory.EnumerateFiles(shard, "*.tssp", SearchOption.AllDirectories).Any())
                {
                    left = false;
                }
                else
                {
                    CopyShard(shard, path, time, ref wrong);
                }
            }
        }

        foreach (var partition in Directory.EnumerateDirectories(wal).SelectMany(Directory.EnumerateDirectories))
        {
            if (Directory.Exists($"{partition}/__raft_entries__"))
            {
                CopyTree(partition, $"{path}/wal_backup{partition}");
            }
        }
    }

    private static void CopyShard(string shard, string path, long time, ref string wrong)
    {
        var list = new JsonObject();
        foreach (var file in Directory.EnumerateFiles(shard, "*.tssp", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var measurement = Path.GetRelativePath(shard, file).Split('/')[1];
            ((JsonArray)(list[measurement] ??= new JsonArray())).Add((JsonNode)new JsonArray(file));
            var copy = $"{path}/data_backup{file}";
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (wrong == "lost-file")
            {
                wrong = "";
                continue;
            }

            File.Copy(file, copy);
            if (wrong == "torn-file")
            {
                wrong = "";
                using var torn = File.OpenWrite(copy);
                torn.SetLength(torn.Length - 100);
            }
        }

        var log = new JsonObject { ["fullBackupTime"] = time, ["incBackupTime"] = 0, ["orderFileListMap"] = list }.ToJsonString();
        Write($"{path}/data_backup{shard}/backup_log/full_backup_log.json", log);

        // The base of later increments, whoever takes them.
        Write($"{shard}/backup_log/full_backup_log.json", log);
    }

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(to + directory[from.Length..]);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, to + file[from.Length..]);
        }
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new StreamWriter(path);
        writer.Write(text);
    }
}
