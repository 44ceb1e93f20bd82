using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Agent.Native;

namespace Cairn.Agent.Journal;

/// <summary>
/// Records of one kind, one file each, named by their key. Every change is durable before the call returns. Values are
/// read from disk when asked for, so that the journal's size does not become the agent's memory. May be used concurrently;
/// changes of one record are ordered by their callers.
/// </summary>
internal sealed class JournalCollection<T>
    where T : class
{
    private const string Extension = ".json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    private readonly string directory;
    private readonly string kind;

    /// <summary>
    /// Opens the collection: makes its directory, removes unfinished files, reads every record once. What is damaged is
    /// added to <paramref name="findings"/>.
    /// </summary>
    public JournalCollection(string parent, string name, string kind, ICollection<string> findings)
    {
        this.kind = kind;
        directory = Path.Combine(parent, name);
        if (NativeFiles.MakeDirectory(directory, 0x1c0))
        {
            NativeFiles.SyncDirectory(parent);
        }

        foreach (var path in Directory.EnumerateFiles(directory, "*" + DurableFile.TemporarySuffix).ToList())
        {
            // Written but never renamed: whoever wrote it was told nothing, so nobody relies on it.
            DurableFile.Remove(path);
        }

        foreach (var path in Directory.EnumerateFiles(directory))
        {
            if (Read(path, out var problem) is null)
            {
                findings.Add($"{path}: {problem}");
            }
        }
    }

    /// <summary>All keys, in no order.</summary>
    public IReadOnlyList<string> Keys() =>
        [.. Directory.EnumerateFiles(directory, "*" + Extension).Select(path => Path.GetFileNameWithoutExtension(path)!)];

    /// <summary>All records, in no order; one at a time from disk.</summary>
    public IEnumerable<T> All()
    {
        foreach (var key in Keys())
        {
            if (Find(key) is { } record)
            {
                yield return record;
            }
        }
    }

    /// <summary>The record, or null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file was damaged since the start.</exception>
    public T? Find(string key)
    {
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return null;
        }

        return Read(path, out var problem) ?? throw new InvalidDataException($"{path}: {problem}");
    }

    /// <summary>Keeps the record, replacing an earlier one.</summary>
    public void Put(string key, T record)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(record, Format);
        if (body.Length > JournalFile.MaxBodyBytes)
        {
            throw new InvalidDataException($"a record of {body.Length} bytes is too large for the journal");
        }

        DurableFile.Publish(PathOf(key), JournalFile.Encode(kind, body));
    }

    /// <summary>Forgets the record.</summary>
    public void Remove(string key) => DurableFile.Remove(PathOf(key));

    private string PathOf(string key) => Path.Combine(directory, key + Extension);

    private T? Read(string path, out string problem)
    {
        if (!path.EndsWith(Extension, StringComparison.Ordinal) || new FileInfo(path).Length > JournalFile.MaxBodyBytes + 256)
        {
            problem = "it is no file of the journal";
            return null;
        }

        if (JournalFile.Decode(kind, File.ReadAllBytes(path), out problem) is not { } body)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, Format);
        }
        catch (JsonException failure)
        {
            problem = $"its JSON is not of kind '{kind}': {failure.Message}";
            return null;
        }
    }
}
