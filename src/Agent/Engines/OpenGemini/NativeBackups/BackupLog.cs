using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini.Http;

namespace Cairn.Agent.Engines.OpenGemini.NativeBackups;

/// <summary>
/// A shard's <c>full_backup_log.json</c> or <c>inc_backup_log.json</c>. Every list of files has a name that ends in <c>FileListMap</c>: with
/// <c>add</c> or <c>del</c> in front in an increment; v1.3 has them apart for ordered and out-of-order files, later versions together [source].
/// </summary>
/// <param name="Files">All files of a full backup, or those that an increment adds: absolute paths on the host that was backed up.</param>
/// <param name="Deleted">Files of the full backup that are no longer valid.</param>
/// <param name="TimeNs">When the full backup began, in ns since 1970; 0 in an increment's log, which does not tell.</param>
internal sealed record BackupLog(IReadOnlySet<string> Files, IReadOnlySet<string> Deleted, long TimeNs)
{
    /// <summary>The name of a full backup's log.</summary>
    public const string FullName = "full_backup_log.json";

    /// <summary>The name of an increment's log.</summary>
    public const string IncrementName = "inc_backup_log.json";

    /// <summary>The directory of both, in the shard's.</summary>
    public const string DirectoryName = "backup_log";

    private const long MaxBytes = 64L << 20;
    private const string ListSuffix = "FileListMap";

    /// <summary>Reads a log.</summary>
    /// <exception cref="InvalidDataException">It is not one, or names files on other nodes.</exception>
    public static BackupLog Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new InvalidDataException($"it has more than {MaxBytes} bytes");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : throw new InvalidDataException("it is no JSON object");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"it is not JSON: {wrong.Message}", wrong);
        }
    }

    private static BackupLog Read(JsonElement root)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        var deleted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is "fullBackupTime" or "incBackupTime")
            {
                continue;
            }

            if (!member.Name.EndsWith(ListSuffix, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"'{member.Name}' in it is not known");
            }

            foreach (var path in PathsOf(member))
            {
                if (member.Name.StartsWith("del", StringComparison.Ordinal))
                {
                    deleted.Add(path);
                }
                else
                {
                    files.Add(path);
                }
            }
        }

        return new BackupLog(files, deleted, root.Number("fullBackupTime", 0));
    }

    private static IEnumerable<string> PathsOf(JsonProperty list)
    {
        if (list.Value.ValueKind == JsonValueKind.Null)
        {
            yield break;
        }

        foreach (var file in Items(list.Value, list.Name).SelectMany(measurement => ItemsOf(measurement.Value, list.Name)))
        {
            var copies = ItemsOf(file, list.Name).ToList();
            if (copies.Count != 1 || copies[0].ValueKind != JsonValueKind.String)
            {
                throw new InvalidDataException(
                    $"'{list.Name}' names {copies.Count} places for one file: it was taken with onlyBackupMaster, whose paths of other nodes are wrong in v1.5.2");
            }

            yield return copies[0].GetString()!;
        }
    }

    private static JsonElement.ObjectEnumerator Items(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject()
        : throw new InvalidDataException($"'{name}' is no map of measurements");

    // Go writes an empty list as null; the default enumerator has nothing.
    private static JsonElement.ArrayEnumerator ItemsOf(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray(),
        JsonValueKind.Null => default,
        _ => throw new InvalidDataException($"'{name}' holds something that is no list"),
    };
}
