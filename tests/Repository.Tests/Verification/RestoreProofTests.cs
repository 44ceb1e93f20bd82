namespace Cairn.Repository.Tests.Verification;

public sealed class RestoreProofTests : RepositoryTest
{
    [Fact]
    public async Task A_sound_point_is_restored_into_the_scratch_directory_compared_and_removed()
    {
        var spec = await BackUpAsync();
        var scratch = Directory.CreateDirectory(Path.Combine(Root, "scratch")).FullName;

        var report = await Repository.VerifyAsync(spec.Point, RestoreTo(scratch), progress: null, Cancel);

        Assert.True(report.IsSound, string.Join(Environment.NewLine, report.Damages));
        Assert.Equal(VerifyLevel.Restore, report.Level);
        Assert.Empty(Directory.GetFileSystemEntries(scratch));
    }

    [Fact]
    public async Task Without_a_scratch_directory_the_repository_has_room_for_it_and_keeps_nothing()
    {
        var spec = await BackUpAsync();

        var report = await Repository.VerifyAsync(spec.Point, VerifyLevel.Restore, progress: null, Cancel);

        Assert.True(report.IsSound, string.Join(Environment.NewLine, report.Damages));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(RepositoryPath, "scratch")));
    }

    [Fact]
    public async Task A_damaged_segment_is_named_at_this_level_too()
    {
        var spec = await BackUpAsync();
        FlipBit(FilesIn("packs")[0], 100_000);

        var report = await Repository.VerifyAsync(spec.Point, RestoreTo(Root), progress: null, Cancel);

        Assert.NotNull(Assert.Single(report.Damages).Path);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/nowhere/at/all")]
    public async Task A_scratch_directory_that_cannot_be_used_is_refused(string scratch)
    {
        var spec = await BackUpAsync();

        await Assert.ThrowsAsync<RestoreTargetException>(() => Repository.VerifyAsync(spec.Point, RestoreTo(scratch), progress: null, Cancel));
    }

    [Fact]
    public async Task A_point_that_lost_more_than_a_share_of_its_predecessor_is_flagged()
    {
        Source.WithFile("a", 1000, seed: 1).WithFile("b", 1000, seed: 2).WithFile("c", 1000, seed: 3);
        var first = NewFull();
        await BackUpAsync(first, Source.Entries());
        File.Delete(Source.PathOf("c"));
        var second = NewIn(first.Chain, first.Point);
        await BackUpAsync(second, Source.Entries());

        var tolerant = await Repository.VerifyAsync(second.Point, VerifyLevel.Presence, progress: null, Cancel);
        var strict = await Repository.VerifyAsync(second.Point, new VerifyOptions { Level = VerifyLevel.Presence, MaxShrinkage = 0.3 }, progress: null, Cancel);

        Assert.Null(tolerant.Shrunk);
        Assert.Equal(new Shrinkage(first.Point, 3, 2, 3000, 2000), strict.Shrunk);
        Assert.True(strict.IsSound);
        Assert.Null((await Repository.VerifyAsync(first.Point, VerifyLevel.Presence, progress: null, Cancel)).Shrunk);
    }

    [Fact]
    public async Task A_point_is_held_against_the_last_one_that_covers_the_same()
    {
        Source.WithFile("a", 1000, seed: 1).WithFile("b", 1000, seed: 2).WithFile("c", 1000, seed: 3);
        var whole = NewFull();
        await BackUpAsync(whole, Source.Entries());
        File.Delete(Source.PathOf("b"));
        File.Delete(Source.PathOf("c"));
        var part = NewFull();
        await BackUpAsync(part, Source.Entries());
        var wholeAgain = NewIn(whole.Chain, whole.Point);
        await BackUpAsync(wholeAgain, Source.Entries());
        VerifyOptions options = new()
        {
            Level = VerifyLevel.Presence,
            CoverSame = (one, other) => (one.Point == part.Point) == (other.Point == part.Point),
        };

        var ofPart = await Repository.VerifyAsync(part.Point, options, progress: null, Cancel);
        var ofWhole = await Repository.VerifyAsync(wholeAgain.Point, options, progress: null, Cancel);

        Assert.Null(ofPart.Shrunk);
        Assert.Equal(whole.Point, ofWhole.Shrunk?.Predecessor);
    }

    private static VerifyOptions RestoreTo(string scratch) => new() { Level = VerifyLevel.Restore, ScratchDirectory = scratch };

    private async Task<BeginPoint> BackUpAsync()
    {
        Source.WithFile("a", 1_500_000, seed: 1).WithFile("zeros", new byte[100_000]).WithFile("empty", []).WithLink("link", "a").WithDirectory("nothing").WithMode("a", 0x1A0);
        var spec = NewFull();
        await BackUpAsync(spec, Source.Entries());
        return spec;
    }
}
