using System.Text;

namespace Cairn.Repository.Tests.Encryption;

public sealed class EncryptedRepositoryTests : RepositoryTest
{
    private const string Secret = "a very recognizable piece of text, which is found when it is stored plainly";

    internal override RepositoryOptions Options => base.Options with { Key = TestKey.Value };

    [Fact]
    public async Task Fulls_and_incrementals_come_back_also_after_reopening_and_reading_without_a_writer_s_lock()
    {
        Source.WithFile("text", Bytes.Text(3_000_000, seed: 1)).WithFile("random", 5_000_000, seed: 2).WithDirectory("empty").WithLink("link", "text");
        var full = NewFull();
        await BackUpAsync(full, Source.ImmutableEntries());
        var before = TreeSnapshot.Take(Source.Root);
        await ReopenAsync();
        Source.WithFile("text", Bytes.Text(2_000_000, seed: 3));
        var incremental = NewIn(full.Chain, full.Point);

        var copied = await BackUpAsync(incremental, Source.ImmutableEntries());

        Assert.Equal(1, copied.CarriedFiles);
        await AssertRestoresAsync(full.Point, before);
        await AssertRestoresAsync(incremental.Point, TreeSnapshot.Take(Source.Root));
        await using var reader = await LocalRepository.OpenOrCreateAsync(RepositoryPath, Options with { ReadOnly = true }, Cancel);
        Assert.True((await reader.VerifyAsync(incremental.Point, VerifyLevel.Hash, progress: null, Cancel)).IsSound);
    }

    [Fact]
    public async Task Nothing_in_the_repository_tells_names_or_content()
    {
        Source.WithFile("telling-file-name", Encoding.UTF8.GetBytes(Secret)).WithLink("link", "telling-link-target");
        var full = NewFull() with { Cluster = "telling-cluster", Node = "telling-node", Engine = "telling-engine", Job = "telling-job" };
        await BackUpAsync(full, Source.Entries());
        var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Secret));

        foreach (var path in Directory.EnumerateFiles(RepositoryPath, "*", SearchOption.AllDirectories).Where(p => Path.GetFileName(p) != "lock"))
        {
            var bytes = await File.ReadAllBytesAsync(path, Cancel);

            Assert.True(bytes.AsSpan().IndexOf("telling"u8) < 0, $"{path} tells a name");
            Assert.True(bytes.AsSpan().IndexOf("recognizable"u8) < 0, $"{path} tells content");
            Assert.True(bytes.AsSpan().IndexOf(hash) < 0, $"{path} tells a content's hash");
        }
    }

    [Fact]
    public async Task The_same_content_has_another_name_in_another_chain()
    {
        Source.WithFile("file", 100_000, seed: 1);
        await BackUpAsync(NewFull(), Source.Entries());
        await BackUpAsync(NewFull(), Source.Entries());

        var names = FilesIn("packs").Select(p => File.ReadAllBytes(p)).Select(SegmentName).Where(n => n.Length > 0).ToList();

        Assert.Equal(2, names.Count);
        Assert.NotEqual(names[0], names[1]);

        static string SegmentName(byte[] pack)
        {
            var at = pack.AsSpan().IndexOf("CRNS\x01"u8);
            return at < 0 ? "" : Convert.ToHexString(pack.AsSpan(at + 32, 32));
        }
    }

    [Fact]
    public async Task A_block_or_record_that_is_moved_to_another_place_does_not_open()
    {
        Source.WithFile("file", 100_000, seed: 1);
        var (first, second) = (NewFull(), NewFull());
        await BackUpAsync(first, Source.Entries());
        await BackUpAsync(second, Source.Entries());

        File.Copy(CommitOf(first), CommitOf(second), overwrite: true);

        var listed = (await Repository.ListPointsAsync(Cancel)).Single(p => p.Point == second.Point);
        Assert.Contains("does not open", listed.Damage, StringComparison.Ordinal);

        string CommitOf(BeginPoint spec) => Path.Combine(RepositoryPath, "chains", spec.Chain.Text, "commits", spec.Point.Text + ".commit");
    }

    [Fact]
    public async Task An_unencrypted_structure_in_an_encrypted_chain_is_refused()
    {
        Source.WithFile("file", 100_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        var record = (await Repository.ReadPointAsync(full.Point, Cancel)).RecordBytes;

        new SourceTree(Path.Combine(RepositoryPath, "chains", full.Chain.Text, "commits")).WithFile(full.Point.Text + ".commit", record.ToArray());

        var refused = await Assert.ThrowsAsync<RepositoryDamagedException>(() => Repository.ReadPointAsync(full.Point, Cancel));
        Assert.Contains("not encrypted", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_s_key_that_is_missing_or_damaged_is_named_and_other_chains_stay_readable()
    {
        Source.WithFile("file", 100_000, seed: 1);
        var (first, second) = (NewFull(), NewFull());
        await BackUpAsync(first, Source.Entries());
        await BackUpAsync(second, Source.Entries());
        await ReopenAsync();

        File.Delete(KeyOf(first));

        var listed = await Repository.ListPointsAsync(Cancel);
        Assert.Contains("key is missing", listed.Single(p => p.Point == first.Point).Damage, StringComparison.Ordinal);
        Assert.Null(listed.Single(p => p.Point == second.Point).Damage);
        var report = await Repository.VerifyAsync(first.Point, VerifyLevel.Presence, progress: null, Cancel);
        Assert.Contains(report.Damages, d => d.FoundIn.EndsWith("/key", StringComparison.Ordinal));
        await Assert.ThrowsAsync<RepositoryDamagedException>(() => Repository.BeginPointAsync(NewIn(first.Chain, first.Point), Cancel));
        await AssertRestoresAsync(second.Point, TreeSnapshot.Take(Source.Root));

        string KeyOf(BeginPoint spec) => Path.Combine(RepositoryPath, "chains", spec.Chain.Text, "key");
    }

    [Fact]
    public async Task Hashes_of_content_are_those_of_the_plain_bytes()
    {
        Source.WithFile("small", 1000, seed: 1).WithFile("large", 6_000_000, seed: 2);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());

        var found = new Dictionary<string, Sha256Digest?>();
        await foreach (var entry in Repository.ReadHashedEntriesAsync(full.Point, _ => true, Cancel))
        {
            found[entry.Entry.Path] = entry.Content;
        }

        foreach (var name in (string[])["small", "large"])
        {
            Assert.Equal(new Sha256Digest(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Source.PathOf(name), Cancel))), found["data/" + name]);
        }
    }

    [Fact]
    public async Task Damage_in_an_encrypted_segment_names_the_file_and_the_offset()
    {
        Source.WithFile("file", 900_000, seed: 1);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries());
        var pack = FilesIn("packs").MaxBy(p => new FileInfo(p).Length)!;

        FlipBit(pack, new FileInfo(pack).Length / 2);

        var report = await Repository.VerifyAsync(full.Point, VerifyLevel.Hash, progress: null, Cancel);
        var damage = Assert.Single(report.Damages);
        Assert.Equal(("data/file", 0L), (damage.Path, damage.Offset));
    }
}
