namespace Cairn.Repository.Tests.Points;

public sealed class CommitTests : RepositoryTest
{
    [Fact]
    public async Task A_prepared_point_is_not_there_for_a_restore_until_it_is_committed()
    {
        var spec = await PrepareAsync();

        Assert.Empty(await Repository.ListPointsAsync(Cancel));
        await Assert.ThrowsAsync<PointNotFoundException>(() => RestoreAsync(spec.Point));
        await CommitAsync(spec);

        Assert.Equal(spec.Point, Assert.Single(await Repository.ListPointsAsync(Cancel)).Point);
        Assert.Empty(await Repository.ListUncommittedAsync(Cancel));
        await AssertRestoresAsync(spec.Point, TreeSnapshot.Take(Source.Root));
    }

    [Fact]
    public async Task Committing_twice_is_once_and_with_another_record_is_refused()
    {
        var spec = await PrepareAsync();
        var record = Record(spec, (await Repository.FindPreparedAsync(spec.Point, Cancel))!);

        await Repository.CommitAsync(spec.Point, record, Cancel);
        await Repository.CommitAsync(spec.Point, record, Cancel);

        await Assert.ThrowsAsync<PointStateException>(() => Repository.CommitAsync(spec.Point, record with { Label = "other" }, Cancel));
    }

    [Fact]
    public async Task A_record_that_names_another_manifest_is_refused()
    {
        var spec = await PrepareAsync();
        var record = Record(spec, (await Repository.FindPreparedAsync(spec.Point, Cancel))!);
        var other = record with { Nodes = [record.Nodes[0] with { ManifestHash = default }] };

        await Assert.ThrowsAsync<PointStateException>(() => Repository.CommitAsync(spec.Point, other, Cancel));

        Assert.Empty(await Repository.ListPointsAsync(Cancel));
    }

    [Fact]
    public async Task Committing_what_nobody_prepared_is_refused()
    {
        var spec = await PrepareAsync();
        var record = Record(spec, (await Repository.FindPreparedAsync(spec.Point, Cancel))!) with { Point = PointId.New(Time.GetUtcNow()) };

        await Assert.ThrowsAsync<PointStateException>(() => Repository.CommitAsync(record.Point, record, Cancel));
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_and_the_same_content_gives_the_same_bytes()
    {
        var spec = await PrepareAsync();
        var record = Record(spec, (await Repository.FindPreparedAsync(spec.Point, Cancel))!);
        var other = record.Nodes[0] with { Node = "node-0" };
        record = record with { Nodes = [.. record.Nodes, other], Partial = true, MissingNodes = ["node-9"], Caveats = ["wal-not-observed"] };

        var bytes = record.Serialize();
        var parsed = CommitRecord.Parse(bytes);

        Assert.Equal(bytes, (record with { Nodes = [other, record.Nodes[0]] }).Serialize());
        Assert.Equal(bytes, parsed.Serialize());
        Assert.Equal(["node-0", "node-1"], parsed.Nodes.Select(n => n.Node));
        Assert.Equal((record.Label, record.Created, record.Skew), (parsed.Label, parsed.Created, parsed.Skew));
    }

    [Fact]
    public async Task What_was_recorded_can_be_read_again()
    {
        var spec = await PrepareAsync();
        await CommitAsync(spec);

        var detail = await Repository.ReadPointAsync(spec.Point, Cancel);

        Assert.Equal(spec, detail.Begun);
        Assert.Equal("""{"roles":["store"]}""", detail.Properties.Json);
        Assert.Equal(detail.RecordBytes.ToArray(), detail.Record.Serialize());
        Assert.Equal(["data", "data/file"], await Repository.ReadEntriesAsync(spec.Point, Cancel).Select(e => e.Path).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_committed_point_is_never_begun_again()
    {
        var spec = await PrepareAsync();
        await CommitAsync(spec);

        await Assert.ThrowsAsync<PointStateException>(() => Repository.BeginPointAsync(spec, Cancel));
    }

    [Fact]
    public async Task One_point_is_written_at_a_time()
    {
        await using var writer = await Repository.BeginPointAsync(NewFull(), Cancel);

        await Assert.ThrowsAsync<PointStateException>(() => Repository.BeginPointAsync(NewFull(), Cancel));
    }

    private async Task<BeginPoint> PrepareAsync()
    {
        Source.WithFile("file", 1_000_000, seed: 1);
        var spec = NewFull();
        await using var writer = await Repository.BeginPointAsync(spec, Cancel);
        await writer.WriteAsync(Source.Entries(), progress: null, Cancel);
        await writer.PrepareAsync(new PointProperties("""{"roles":["store"]}"""), Cancel);
        return spec;
    }
}
