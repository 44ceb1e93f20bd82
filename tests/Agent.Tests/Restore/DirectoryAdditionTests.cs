using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Restore;
using Cairn.Agent.Roots;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Restore;

public sealed class DirectoryAdditionTests : IDisposable
{
    private const string JobId = "0199a0b0-0000-7000-8000-000000000001";
    private readonly TestDirectory files = new();
    private readonly RestoreRecord restore;

    public DirectoryAdditionTests()
    {
        files.Write("db/data/live/file", "live");
        files.Write("db/wal/live/file", "live log");
        restore = new RestoreRecord
        {
            JobId = JobId,
            Cluster = "c",
            Epoch = 1,
            PointId = "20261101T120000Z-3fa9c1",
            State = RestoreState.Decided,
            Parts = [Part("wal"), Part("data")],
            MadeParents = [],
            Created = DateTimeOffset.UnixEpoch,
            Changed = DateTimeOffset.UnixEpoch,
            Objects = ["lost"],
        };
    }

    public void Dispose() => files.Dispose();

    [Fact]
    public void It_may_die_before_any_step_in_either_direction_and_is_taken_up()
    {
        for (var step = 0; ; step++)
        {
            var placing = new FailingHook(step);
            Try(() => new DirectoryAddition("n", placing).Place(restore, () => { }));
            new DirectoryAddition("n", new NoHook()).Place(restore, () => { });
            AssertPlaced();
            var withdrawing = new FailingHook(step);
            Try(() => new DirectoryAddition("n", withdrawing).Withdraw(restore, () => { }));
            new DirectoryAddition("n", new NoHook()).Withdraw(restore, () => { });
            AssertWithdrawn();
            if (!placing.HasDied && !withdrawing.HasDied)
            {
                Assert.True(step > 4, $"only {step} steps");
                return;
            }
        }
    }

    [Fact]
    public void Nothing_is_moved_while_any_place_is_taken()
    {
        files.Write("db/data/lost/file", "somebody's");

        var refused = Assert.Throws<CairnException>(() => new DirectoryAddition("n", new NoHook()).Place(restore, () => { }));

        Assert.Equal(ErrorCode.AlreadyExists, refused.Code);
        Assert.False(Directory.Exists(files.At("db", "wal", "lost")));
        Assert.Equal("somebody's", File.ReadAllText(files.At("db", "data", "lost", "file")));
    }

    [Fact]
    public void A_directory_of_the_same_name_that_somebody_else_has_made_is_not_taken_out()
    {
        new DirectoryAddition("n", new NoHook()).Place(restore, () => { });
        Directory.Delete(files.At("db", "data", "lost"), recursive: true);
        files.Write("db/data/other", "takes the inode that has become free");
        files.Write("db/data/lost/file", "made anew");

        new DirectoryAddition("n", new NoHook()).Withdraw(
            restore with { Parts = [.. restore.Parts.Select(part => part with { Inode = part.Root == "data" ? part.Inode + 1_000_000 : part.Inode })] }, () => { });

        Assert.Equal("made anew", File.ReadAllText(files.At("db", "data", "lost", "file")));
        Assert.False(Directory.Exists(files.At("db", "wal", "lost")));
    }

    [Fact]
    public void An_older_epoch_stops_it_before_the_rename()
    {
        Assert.Throws<InvalidOperationException>(() =>
            new DirectoryAddition("n", new NoHook()).Place(restore, () => throw new InvalidOperationException("older")));

        AssertWithdrawn();
    }

    private void AssertPlaced()
    {
        Assert.Equal("data of lost", File.ReadAllText(files.At("db", "data", "lost", "file")));
        Assert.Equal("wal of lost", File.ReadAllText(files.At("db", "wal", "lost", "file")));
        Assert.Equal("live", File.ReadAllText(files.At("db", "data", "live", "file")));
    }

    private void AssertWithdrawn()
    {
        Assert.All(restore.Parts, part => Assert.False(Directory.Exists(part.Target)));
        Assert.All(restore.Parts, part => Assert.True(File.Exists(Path.Combine(part.Stage, "file"))));
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (SimulatedCrashException)
        {
            // What follows takes it up.
        }
    }

    private RestorePart Part(string root)
    {
        var live = files.At("db", root);
        var stage = $"{SideDirectory.Stage(live, JobId, "i", root)}/lost";
        SideDirectory.Make(Path.GetDirectoryName(stage)!);
        files.Write(Path.GetRelativePath(files.Path, $"{stage}/file"), $"{root} of lost");
        return new RestorePart("i", root, $"{live}/lost", stage, $"{SideDirectory.Old(live, JobId, "i", root)}/lost", Content: true)
        {
            AddedTo = live, Inode = NativeFiles.Look(stage).Identity.Inode,
        };
    }
}
