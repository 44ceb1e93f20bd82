using System.Globalization;
using System.Text.Json.Nodes;

namespace OpenGeminiDouble.Store;

/// <summary>
/// The index of one shard: parts that are directories of five files, made in <c>tmp</c> and renamed in. A point whose series
/// is in no part is not found.
/// </summary>
internal sealed class SeriesIndex
{
    private const string Heading = "double items 1";
    private static long counter = TimeProvider.System.GetUtcNow().UtcTicks;
    private readonly string mergeset;
    private readonly HeldFiles held;
    private readonly Dictionary<string, HashSet<string>> parts = new(StringComparer.Ordinal);

    public SeriesIndex(string directory, HeldFiles held)
    {
        mergeset = Path.Combine(directory, "mergeset");
        this.held = held;
        if (!Directory.Exists(mergeset))
        {
            return;
        }

        foreach (var part in Directory.EnumerateDirectories(mergeset)
            .Where(part => Path.GetFileName(part) is not ("tmp" or "txn")))
        {
            foreach (var file in Directory.EnumerateFiles(part))
            {
                held.Hold(file);
            }

            var items = Path.Combine(part, "items.bin");
            if (File.Exists(items) && File.ReadLines(items).FirstOrDefault() == Heading)
            {
                parts[part] = File.ReadLines(items).Skip(1).ToHashSet(StringComparer.Ordinal);
            }
        }
    }

    public int Parts => parts.Count;

    public bool Knows(string series) => parts.Values.Any(part => part.Contains(series));

    /// <summary>Adds a part for the series that are in none.</summary>
    public void Add(IEnumerable<string> series)
    {
        var unknown = series.Where(name => !Knows(name)).ToHashSet(StringComparer.Ordinal);
        if (unknown.Count > 0)
        {
            var (temporary, part) = Write(unknown);
            Directory.Move(temporary, part);
            Took(part, unknown);
        }
    }

    /// <summary>Merges all own parts into one; the transaction directory is not empty while it happens.</summary>
    public void Merge()
    {
        if (parts.Count < 2)
        {
            return;
        }

        var old = parts.Keys.ToList();
        var all = parts.Values.SelectMany(part => part).ToHashSet(StringComparer.Ordinal);
        var (temporary, part) = Write(all);
        var transaction = Path.Combine(mergeset, "txn", Path.GetFileName(part).Split('_')[^1]);
        File.WriteAllLines(transaction, [.. old, $"{temporary}:{part}"]);
        Directory.Move(temporary, part);
        Took(part, all);
        foreach (var gone in old)
        {
            foreach (var file in Directory.EnumerateFiles(gone).ToList())
            {
                held.Remove(file);
            }

            Directory.Delete(gone);
            parts.Remove(gone);
        }

        File.Delete(transaction);
    }

    private (string Temporary, string Part) Write(HashSet<string> series)
    {
        Directory.CreateDirectory(Path.Combine(mergeset, "txn"));
        var name = string.Create(CultureInfo.InvariantCulture, $"{series.Count}_1_{Interlocked.Increment(ref counter):X16}");
        var temporary = Path.Combine(mergeset, "tmp", name);
        Directory.CreateDirectory(temporary);
        File.WriteAllLines(Path.Combine(temporary, "items.bin"), [Heading, .. series.Order(StringComparer.Ordinal)]);
        foreach (var file in (string[])["index.bin", "lens.bin", "metaindex.bin"])
        {
            File.WriteAllLines(Path.Combine(temporary, file), [name]);
        }

        File.WriteAllLines(
            Path.Combine(temporary, "metadata.json"), [new JsonObject { ["ItemsCount"] = series.Count, ["BlocksCount"] = 1 }.ToJsonString()]);
        return (temporary, Path.Combine(mergeset, name));
    }

    private void Took(string part, HashSet<string> series)
    {
        parts[part] = series;
        foreach (var file in Directory.EnumerateFiles(part))
        {
            held.Hold(file);
        }
    }
}
