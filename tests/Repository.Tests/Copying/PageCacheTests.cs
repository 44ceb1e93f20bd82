using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository.Tests.Copying;

/// <summary>The page cache is the database's: what a backup reads and writes does not stay there.</summary>
public sealed class PageCacheTests : RepositoryTest
{
    private const int FileBytes = 8 << 20;
    private const int HeaderPages = 64;

    [Fact]
    public async Task Neither_the_source_nor_the_packs_stay_in_the_page_cache_when_they_were_not_there()
    {
        Source.WithFile("cold", FileBytes, seed: 1).WithFile("warm", FileBytes, seed: 2);
        var (cold, warm) = (Path.Combine(Source.Root, "cold"), Path.Combine(Source.Root, "warm"));
        var canDrop = Drop(cold) == 0;
        File.ReadAllBytes(warm);

        var spec = NewFull();
        await BackUpAsync(spec, Source.ImmutableEntries());
        var report = await Repository.VerifyAsync(spec.Point, VerifyLevel.Hash, progress: null, CancellationToken.None);

        Assert.True(report.IsSound);
        if (canDrop)
        {
            Assert.Equal(0, CachedPages(cold));
            Assert.True(CachedPages(warm) >= FileBytes / Environment.SystemPageSize, "what was in the cache was thrown out of it");
            Assert.All(FilesIn("packs"), pack => Assert.True(CachedPages(pack) <= HeaderPages, $"{CachedPages(pack)} pages of {pack} are cached"));
        }
    }

    [Fact]
    public async Task What_is_restored_drives_nothing_out_of_the_page_cache()
    {
        Source.WithFile("large", FileBytes + 1234, seed: 1).WithFile("text", Bytes.Text(FileBytes + 77, seed: 2));
        var canDrop = Drop(Path.Combine(Source.Root, "large")) == 0;
        var spec = NewFull();
        await BackUpAsync(spec, Source.ImmutableEntries());

        var target = await RestoreAsync(spec.Point);

        // The pages of the files' ends are not whole, and go through the cache.
        var cached = new[] { "large", "text" }.Select(name => CachedPages(Path.Combine(target, name)) ?? 0).ToList();
        Assert.True(!canDrop || cached.All(pages => pages <= HeaderPages), string.Join(", ", cached));
        Assert.Equal(TreeSnapshot.Take(Source.Root), TreeSnapshot.Take(target));
    }

    // Some file systems, and kernels before 6.5, cannot do or tell it.
    private static long? Drop(string path)
    {
        using var handle = UnixFile.OpenForReading(path);
        UnixFile.Sync(handle, path);
        UnixFile.Advise(handle, 0, 0, Libc.AdviseDontNeed);
        return UnixFile.CountCachedPages(handle);
    }

    private static long? CachedPages(string path)
    {
        using SafeFileHandle handle = UnixFile.OpenForReading(path);
        return UnixFile.CountCachedPages(handle);
    }
}
