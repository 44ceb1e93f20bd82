namespace Cairn.Repository.Tests.Attributes;

public class KeptTests : RepositoryTest
{
    private static readonly string RawName = UnixPath.FromBytes([(byte)'n', 0xFF, 0xC3]);

    [Fact]
    public async Task Everything_that_is_kept_of_a_tree_comes_back_also_of_an_incremental()
    {
        MakeTree();
        var expected = await RawFiles.DescribeAsync(Source.Root);
        var full = NewFull();

        var copied = await BackUpAsync(full, EntriesAsync());
        var incremental = NewIn(full.Chain, full.Point);
        await BackUpAsync(incremental, EntriesAsync());

        Assert.Equal(expected, await RawFiles.DescribeAsync(await RestoreAsync(full.Point)));
        Assert.Equal(expected, await RawFiles.DescribeAsync(await RestoreAsync(incremental.Point)));
        Assert.Contains(expected, line => line.Contains("sparse", StringComparison.Ordinal));
        Assert.True(copied.NewBytes < 3_000_000, $"a hard link or a hole was counted: {copied.NewBytes}");
    }

    [Fact]
    public async Task Owners_are_set_by_name_where_the_host_has_it_and_by_number_where_not()
    {
        Source.WithFile("known", [1]).WithFile("unknown", [2]);
        var full = NewFull();
        await BackUpAsync(full, Source.Entries(e => e.Kind != EntryKind.File ? e : e with
        {
            Attributes = e.Attributes with { Uid = 4711, Gid = 4712 },
            Owner = e.Path == "data/known" ? "daemon" : "nobody-has-this-name",
            Group = e.Path == "data/known" ? "daemon" : "nobody-has-this-name",
        }));

        var target = await RestoreAsync(full.Point);

        var daemon = new OwnerNames().UserId("daemon", otherwise: 0);
        Assert.Equal((daemon, daemon), OwnerOf($"{target}/known"));
        Assert.Equal((4711u, 4712u), OwnerOf($"{target}/unknown"));

        static (uint, uint) OwnerOf(string path) => UnixStat.TryRead(path)!.Value.Attributes is var a ? (a.Uid, a.Gid) : default;
    }

    [Fact]
    public async Task A_further_name_whose_first_is_not_restored_has_the_content()
    {
        Source.WithFile("a", 1_000_000, seed: 1);
        RawFiles.MakeLink(Source.PathOf("b"), Source.PathOf("a"));
        RawFiles.MakeLink(Source.PathOf("c"), Source.PathOf("a"));
        var full = NewFull();
        await BackUpAsync(full, new TreeSource(namesElsewhere: 0).ReadAsync(
            Source.Root, "data", e => e with { Class = e.Path == "data/a" ? "first" : "others" }, Cancel));
        var target = Path.Combine(Root, "restored");

        await Repository.RestoreAsync(
            full.Point, new RestoreRequest { Roots = [new RestoreRoot("data", target)], Classes = ["others"], SetOwners = true }, progress: null, Cancel);

        Assert.False(File.Exists($"{target}/a"));
        Assert.Equal(await File.ReadAllBytesAsync(Source.PathOf("a"), Cancel), await File.ReadAllBytesAsync($"{target}/b", Cancel));
        Assert.Equal(UnixStat.TryRead($"{target}/b")!.Value.Identity, UnixStat.TryRead($"{target}/c")!.Value.Identity);
    }

    [Fact]
    public async Task A_pipe_is_refused_and_where_trouble_is_allowed_left_out_and_noted()
    {
        Source.WithFile("file", [1]);
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [Source.PathOf("pipe")]);
        await mkfifo.WaitForExitAsync(Cancel);

        var refused = await Assert.ThrowsAsync<SourceException>(() => BackUpAsync(NewFull(), EntriesAsync()));
        var allowed = NewFull() with { AllowSourceTrouble = true };
        await BackUpAsync(allowed, EntriesAsync());

        Assert.Equal(SourceTrouble.NotBackedUp, refused.Trouble);
        Assert.False(File.Exists(await RestoreAsync(allowed.Point) + "/pipe"));
    }

    [Fact]
    public async Task A_default_ACL_on_the_target_is_not_inherited_by_what_is_restored()
    {
        Source.WithFile("d/file", [1]);
        var expected = await RawFiles.DescribeAsync(Source.Root);
        var full = NewFull();
        await BackUpAsync(full, EntriesAsync());
        var target = Directory.CreateDirectory(Path.Combine(Root, "restored")).FullName;
        RawFiles.SetAttribute(target, "system.posix_acl_default", RawFiles.Acl(user: 1234, permissions: 7));

        await Repository.RestoreAsync(
            full.Point, new RestoreRequest { Roots = [new RestoreRoot("data", target)], SetOwners = true }, progress: null, Cancel);

        Assert.Equal(expected, await RawFiles.DescribeAsync(target));
    }

    [Fact]
    public void A_confined_directory_follows_no_link_and_leads_nowhere_else()
    {
        Source.WithDirectory("inside/real").WithLink("inside/out", "/etc").WithLink("inside/near", "real");
        using var confined = new ConfinedDirectory(Source.PathOf("inside"));

        Assert.Throws<RepositoryIoException>(() => confined.CreateFile("out/file", 0x180));
        Assert.Throws<RepositoryIoException>(() => confined.CreateFile("near/file", 0x180));
        Assert.Throws<RepositoryIoException>(() => confined.CreateFile("../file", 0x180));
        Assert.Throws<RepositoryIoException>(() => confined.CreateFile("real/../../file", 0x180));
        Assert.Throws<RepositoryIoException>(() => confined.OpenDirectory("near"));
        confined.CreateFile("real/file", 0x180).Dispose();

        Assert.True(File.Exists(Source.PathOf("inside/real/file")));
    }

    private IAsyncEnumerable<SourceEntry> EntriesAsync() => new TreeSource(namesElsewhere: 0).ReadAsync(Source.Root, "data", entry => entry, Cancel);

    private void MakeTree()
    {
        var root = Source.Root;
        RawFiles.MakeDirectory($"{root}/{RawName}");
        RawFiles.MakeFile($"{root}/{RawName}/{RawName}", Bytes.Random(1000, 1), size: 1000);
        RawFiles.MakeFile($"{root}/sparse", Bytes.Random(100_000, 2), size: 50_000_000);
        RawFiles.MakeFile($"{root}/setuid", Bytes.Random(100, 3), size: 100);
        RawFiles.MakeLink($"{root}/{RawName}/other-name", $"{root}/setuid");
        RawFiles.MakeFile($"{root}/big", Bytes.Random(2_000_000, 4), size: 2_000_000);
        RawFiles.MakeLink($"{root}/zbig", $"{root}/big");
        RawFiles.MakeSymlink($"{root}/dangling", "nowhere/" + RawName);
        RawFiles.MakeDirectory($"{root}/sticky");
        RawFiles.MakeDirectory($"{root}/empty");
        RawFiles.SetAttribute($"{root}/big", "user.comment", [0, 1, 255]);
        RawFiles.SetAttribute($"{root}/big", "user.empty", []);
        RawFiles.SetAttribute($"{root}/setuid", "system.posix_acl_access", RawFiles.Acl(user: 1234, permissions: 5));
        RawFiles.SetAttribute($"{root}/sticky", "system.posix_acl_default", RawFiles.Acl(user: 1234, permissions: 7));
        RawFiles.SetAttribute($"{root}/empty", "user.on-a-directory", "x"u8.ToArray());
        RawFiles.SetOwner($"{root}/setuid", 4711, 4712);
        RawFiles.SetOwner($"{root}/dangling", 4711, 4712);
        RawFiles.SetMode($"{root}/setuid", 0xDE8);
        RawFiles.SetMode($"{root}/sticky", 0x3FF);
        RawFiles.SetMode($"{root}/big", 0x100);
        RawFiles.SetTime($"{root}/dangling", 1_000_000_000, 123_456_789);
        RawFiles.SetTime($"{root}/big", -5, 123_456_789);
        RawFiles.SetTime($"{root}/{RawName}", 1_500_000_000, 987_654_321);
    }
}
