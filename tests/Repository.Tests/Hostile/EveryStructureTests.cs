namespace Cairn.Repository.Tests.Hostile;

/// <summary>
/// Promise 1 as far as bytes go: a flipped bit and a cut at every structure of a repository is found and the file is named, or nothing depends on it; and no restore
/// ever gives other bytes than were backed up.
/// </summary>
public sealed class EveryStructureTests : RepositoryTest
{
    // Every byte of small structures; of large ones every byte near both ends, and a sample between.
    private const int Edge = 220;
    private const int Step = 23;

    [Theory]
    [InlineData("*.manifest")]
    [InlineData("*.commit")]
    [InlineData("*.pack")]
    [InlineData("cairn-repository")]
    public async Task A_flipped_bit_is_found_and_its_file_is_named(string files)
    {
        var points = await BackUpAsync();
        foreach (var path in Directory.GetFiles(RepositoryPath, files, SearchOption.AllDirectories))
        {
            var whole = await File.ReadAllBytesAsync(path, Cancel);
            foreach (var offset in OffsetsOf(whole.Length))
            {
                var damaged = (byte[])whole.Clone();
                damaged[offset] ^= (byte)(1 << (offset % 8));
                await AssertFoundAsync(path, damaged, points, $"bit {offset % 8} of byte {offset}");
            }

            Put(path, whole);
        }
    }

    [Theory]
    [InlineData("*.manifest")]
    [InlineData("*.commit")]
    [InlineData("*.pack")]
    [InlineData("cairn-repository")]
    public async Task A_cut_is_found_and_its_file_is_named(string files)
    {
        var points = await BackUpAsync();
        foreach (var path in Directory.GetFiles(RepositoryPath, files, SearchOption.AllDirectories))
        {
            var whole = await File.ReadAllBytesAsync(path, Cancel);
            foreach (var length in OffsetsOf(whole.Length).Where((_, i) => i % 3 == 0))
            {
                await AssertFoundAsync(path, whole[..length], points, $"cut to {length} of {whole.Length}");
            }

            Put(path, whole);
        }
    }

    [Fact]
    public async Task A_damaged_tombstone_still_keeps_its_point_away()
    {
        var points = await BackUpAsync();
        await Repository.DeletePointAsync(points[0].Point, Cancel);
        var path = Assert.Single(Directory.GetFiles(RepositoryPath, "*.tombstone", SearchOption.AllDirectories));
        var whole = await File.ReadAllBytesAsync(path, Cancel);

        foreach (var offset in OffsetsOf(whole.Length))
        {
            var damaged = (byte[])whole.Clone();
            damaged[offset] ^= (byte)(1 << (offset % 8));
            Put(path, damaged);
            Assert.DoesNotContain(await Repository.ListPointsAsync(Cancel), p => p.Point == points[0].Point);
            await Assert.ThrowsAnyAsync<RepositoryException>(() => Repository.BeginPointAsync(points[0], Cancel));
        }
    }

    [Fact]
    public async Task A_damaged_journal_is_named_or_costs_a_resume_only_what_it_can_no_longer_prove()
    {
        FillSource();
        var spec = NewFull();
        await using (var writer = await Repository.BeginPointAsync(spec, Cancel))
        {
            await writer.WriteAsync(Source.Entries(), progress: null, Cancel);
        }

        var expected = TreeSnapshot.Take(Source.Root);
        var path = Assert.Single(FilesIn("journals"));
        var saved = Path.Combine(Root, "saved");
        var length = new FileInfo(path).Length;
        await Repository.DisposeAsync();
        CopyTree(RepositoryPath, saved);

        for (long offset = 0; offset < length; offset += Math.Max(1, length / 60))
        {
            Directory.Delete(RepositoryPath, recursive: true);
            CopyTree(saved, RepositoryPath);
            FlipBit(path, offset);
            await ReopenAsync();
            var failure = await Xunit.Record.ExceptionAsync(() => BackUpAsync(spec, Source.Entries()));
            if (failure is null)
            {
                await AssertRestoresAsync(spec.Point, expected);
            }
            else
            {
                Assert.Contains(Path.GetFileName(path), Assert.IsAssignableFrom<RepositoryException>(failure).Message, StringComparison.Ordinal);
                await Repository.AbortAsync(spec.Point, Cancel);
            }

            await Repository.DisposeAsync();
        }

        await ReopenAsync();
    }

    private static IEnumerable<int> OffsetsOf(int length) =>
        Enumerable.Range(0, length).Where(at => at < Edge || at >= length - Edge || at % Step == 0);

    private static void Put(string path, byte[] bytes)
    {
        using var file = File.Create(path);
        file.Write(bytes);
    }

    private static void CopyTree(string from, string to)
    {
        foreach (var directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(to + directory[from.Length..]);
        }

        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, to + file[from.Length..]);
        }
    }

    private async Task AssertFoundAsync(string path, byte[] damaged, IReadOnlyList<BeginPoint> points, string what)
    {
        Put(path, damaged);
        var found = new List<string>();
        try
        {
            await using var opened = await LocalRepository.OpenOrCreateAsync(RepositoryPath, Options with { ReadOnly = true }, Cancel);
            foreach (var point in points)
            {
                var report = await opened.VerifyAsync(point.Point, VerifyLevel.Hash, progress: null, Cancel);
                found.AddRange(report.Damages.Select(d => d.FoundIn + " " + d.Finding));
            }
        }
        catch (RepositoryException e)
        {
            found.Add(e.Message);
        }

        Assert.True(found.Count > 0, $"{path}: {what} was not found");
        Assert.True(found.Any(f => f.Contains(Path.GetFileName(path), StringComparison.Ordinal)) || path.EndsWith("cairn-repository", StringComparison.Ordinal), $"{path}: {what} was found as {string.Join("; ", found)}");
    }

    private async Task<IReadOnlyList<BeginPoint>> BackUpAsync()
    {
        FillSource();
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        Source.WithFile("later", Bytes.Text(900, seed: 9));
        var incremental = NewIn(full.Chain, full.Point);
        await BackUpAsync(incremental, Source.ImmutableEntries());
        return [full, incremental];
    }

    private void FillSource() => Source.WithFile("text", Bytes.Text(2_000, seed: 1)).WithFile("random", 1_500, seed: 2).WithFile("zeros", new byte[9_000])
        .WithFile("empty", []).WithLink("link", "text").WithDirectory("nothing");
}
