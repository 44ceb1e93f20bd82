using Cairn.Agent.Roots;
using Cairn.Agent.Tests.Plain;

namespace Cairn.Agent.Tests.Roots;

public sealed class SideDirectoryTests
{
    [Fact]
    public void A_side_directory_stands_beside_the_target_and_goes_when_it_is_empty()
    {
        using var files = new TestDirectory();
        files.Write("db/data/file", "");
        var capture = SideDirectory.Capture(files.At("db", "data"), "job1", "i", "data");

        SideDirectory.Make(capture);
        var made = Directory.Exists(capture);
        SideDirectory.RemoveEmpty(capture);

        Assert.Equal(files.At("db", ".cairn", "capture", "job1", "i", "data"), capture);
        Assert.True(made);
        Assert.Equal([files.At("db", "data")], Directory.EnumerateFileSystemEntries(files.At("db")));
    }

    [Fact]
    public void What_another_job_holds_stays()
    {
        using var files = new TestDirectory();
        files.Write("db/data/file", "");
        var mine = SideDirectory.Capture(files.At("db", "data"), "job1", "i", "data");
        var others = SideDirectory.Capture(files.At("db", "data"), "job2", "i", "data");
        SideDirectory.Make(mine);
        SideDirectory.Make(others);

        SideDirectory.RemoveEmpty(mine);

        Assert.False(Directory.Exists(Path.GetDirectoryName(mine)));
        Assert.True(Directory.Exists(others));
    }

    [Fact]
    public void Probes_leave_nothing_behind()
    {
        using var files = new TestDirectory();
        files.Write("db/data/file", "");
        var root = new ResolvedRoot(files.At("db", "data"), files.At("db", "data"));
        var probes = new RootProbes("node1");

        probes.ProveLinkable(root);
        probes.ProveReplaceable(root);

        Assert.Equal([files.At("db", "data")], Directory.EnumerateFileSystemEntries(files.At("db")));
    }
}
