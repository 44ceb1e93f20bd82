using Cairn.Agent.Roots;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Roots;

public sealed class MountTableTests
{
    private const string Table =
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        + "23 22 8:2 / /srv/og rw,relatime - xfs /dev/sdb1 rw\n"
        + "24 23 8:2 /x /srv/og/data\\040dir rw,relatime - xfs /dev/sdb1 rw\n"
        + "25 23 0:9 / /srv/og/node1/data/db rw - tmpfs tmpfs rw\n";

    private readonly MountTable mounts = MountTable.Parse(Table);

    [Theory]
    [InlineData("/srv/og", "/srv/og")]
    [InlineData("/srv/og/node1", "/srv/og")]
    [InlineData("/srv/ogre", "/")]
    [InlineData("/srv/og/data dir/x", "/srv/og/data dir")]
    [InlineData("/home", "/")]
    public void A_path_lies_on_the_longest_mount_point_above_it(string path, string mountPoint)
    {
        Assert.Equal(mountPoint, mounts.Of(path));
    }

    [Fact]
    public void What_is_mounted_below_a_directory_is_found()
    {
        Assert.Equal(["/srv/og/node1/data/db"], mounts.Below("/srv/og/node1/data"));
        Assert.Empty(mounts.Below("/srv/og/node1/data/db"));
    }

    [Fact]
    public void A_directory_that_is_a_mount_point_can_be_neither_renamed_nor_linked_from()
    {
        // Every Linux has /proc as a mount of its own.
        var probes = new RootProbes("node1");
        var root = new ResolvedRoot("/proc", "/proc");

        var rename = Assert.Throws<CairnException>(() => probes.ProveReplaceable(root));
        var link = Assert.Throws<CairnException>(() => probes.ProveLinkable(root));

        Assert.Equal(ErrorCode.RenameImpossible, rename.Code);
        Assert.Contains("/proc is a mount point", rename.Message, StringComparison.Ordinal);
        Assert.Equal("node1", rename.Node);
        Assert.Equal(ErrorCode.LinkImpossible, link.Code);
        Assert.NotEmpty(link.WayOut);
    }
}
