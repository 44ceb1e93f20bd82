using Cairn.Repository;

namespace Cairn.Bench.Repository;

/// <summary>
/// The data: half in files that do not shrink (compressed columns), half in files of 8 KiB pages with headers and rows that shrink to
/// about a third, and small files beside them.
/// </summary>
internal sealed class BenchData(string root)
{
    private const int FileBytes = 16 << 20;
    private const int PageBytes = 8192;

    /// <summary>Small files per GiB: 20 000 beside 4 GiB.</summary>
    private const int SmallFilesPerGiB = 5000;

    public string Root { get; } = root;

    public void Make(long mib)
    {
        var each = (int)Math.Max(1, mib / 2 / (FileBytes >> 20));
        for (var i = 0; i < each; i++)
        {
            Write($"columns/{i:d4}", Incompressible, i);
            Write($"pages/{i:d4}", Pages, i);
        }

        Directory.CreateDirectory(Path.Combine(Root, "small"));
        for (var i = 0; i < Math.Max(500, mib * SmallFilesPerGiB / 1024); i++)
        {
            var bytes = new byte[1024 + (i % 7 * 1024)];
            Page(bytes, new Random(i), i);
            using var file = File.Create(Path.Combine(Root, $"small/{i:d5}"));
            file.Write(bytes);
        }
    }

    /// <summary>Every hundredth file gets new content under the same name, as after a compaction.</summary>
    /// <param name="round">Another hundredth, and other content, in each round.</param>
    public void ReplaceOnePercent(int round)
    {
        foreach (var path in Files().Where((_, i) => i % 100 == (50 + round) % 100).ToList())
        {
            var length = new FileInfo(path).Length;
            var random = new Random((path.Length * 31) + (int)length + (round * 1_000_003));
            File.Delete(path);
            using var file = File.Create(path);

            // Page by page: large arrays of the benchmark would count as memory of what is measured.
            var page = new byte[PageBytes];
            for (long at = 0; at < length; at += PageBytes)
            {
                // It shrinks as the old one did, so that sizes can be compared across rounds.
                var part = page.AsSpan(0, (int)Math.Min(PageBytes, length - at));
                if (path.Contains("/columns/", StringComparison.Ordinal))
                {
                    random.NextBytes(part);
                }
                else
                {
                    Page(part, random, (int)at);
                }

                file.Write(part);
            }
        }
    }

    /// <summary>As an engine offers sealed files.</summary>
    public async IAsyncEnumerable<SourceEntry> Entries()
    {
        await Task.CompletedTask;
        yield return Describe(Libc.CurrentDirectory, Root, Root, "data");
        foreach (var part in Names(Root))
        {
            var directory = Path.Combine(Root, part);
            yield return Describe(Libc.CurrentDirectory, directory, directory, $"data/{part}");
            using var opened = UnixFile.OpenDirectory(directory);
            foreach (var name in Names(directory))
            {
                yield return Describe(opened.Number(), name, $"{directory}/{name}", $"data/{part}/{name}");
            }
        }
    }

    private IEnumerable<string> Files() => Names(Root).SelectMany(part => Names(Path.Combine(Root, part)).Select(name => Path.Combine(Root, part, name)));

    private static List<string> Names(string directory) => UnixDirectory.ListNames(directory) ?? throw Gone(directory);

    // One look at each file, as a source takes it.
    private static SourceEntry Describe(int directory, string name, string physical, string path)
    {
        var found = UnixStat.TryReadAt(directory, name, physical) ?? throw Gone(physical);
        return new SourceEntry
        {
            Path = path,
            Kind = found.IsRegular ? EntryKind.File : EntryKind.Directory,
            Attributes = found.Attributes with { Size = found.IsRegular ? found.Attributes.Size : 0 },
            Class = "data",
            Immutable = found.IsRegular,
            Identity = found.Identity,
            PhysicalPath = found.IsRegular ? physical : null,
        };
    }

    private static FileNotFoundException Gone(string path) => new("the benchmark's data have gone", path);

    private void Write(string name, Action<byte[], Random, int> fill, int seed)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        var random = new Random(seed);
        var chunk = new byte[1 << 20];
        for (var written = 0; written < FileBytes; written += chunk.Length)
        {
            fill(chunk, random, written);
            file.Write(chunk);
        }
    }

    private static void Incompressible(byte[] chunk, Random random, int at) => random.NextBytes(chunk);

    private static void Pages(byte[] chunk, Random random, int at)
    {
        for (var page = 0; page < chunk.Length; page += PageBytes)
        {
            Page(chunk.AsSpan(page, PageBytes), random, at + page);
        }
    }

    // A header, rows with a counter, a few random bytes and repeated text, and an empty tail.
    private static void Page(Span<byte> page, Random random, int number)
    {
        page.Clear();
        BitConverter.TryWriteBytes(page, number);
        var used = page.Length * 7 / 8;
        for (var row = 24; row + 48 <= used; row += 48)
        {
            BitConverter.TryWriteBytes(page[row..], row + number);
            random.NextBytes(page.Slice(row + 8, 10));
            "sensor-temperature=ok;room"u8.CopyTo(page[(row + 20)..]);
        }
    }
}
